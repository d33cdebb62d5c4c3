"""Questions divided into those that the attacker learns on, builds on, and those that are measured on."""

from __future__ import annotations

import random
from dataclasses import dataclass

from memsvc.errors import InvalidInput
from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusQuestion

__all__ = ["Sizes", "Splits", "split_questions"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many questions each part gets; `victim` is an upper limit, the rest are what is asked for."""

    learning: int = 64
    poison: int = 24
    canary: int = 40
    victim: int = 200


@dataclass(frozen=True, slots=True)
class Splits:
    """Disjoint questions.

    Triggers are learnt on `learning`, poison is built on `poison`, the guard's sentinels may be `canary`, and
    success is counted on `victim`.
    """

    learning: tuple[CorpusQuestion, ...]
    poison: tuple[CorpusQuestion, ...]
    canary: tuple[CorpusQuestion, ...]
    victim: tuple[CorpusQuestion, ...]


def split_questions(corpus: Corpus, *, seed: int, sizes: Sizes | None = None) -> Splits:
    """Divide the questions by the seed; each text is used once.

    A small file gives each part its share, at least one question. Raises InvalidInput for fewer than four.
    """
    wanted = sizes or Sizes()
    distinct = list({question.text: question for question in corpus.questions}.values())
    if len(distinct) < 4:
        raise InvalidInput(f"{corpus.name}: has {len(distinct)} distinct questions; a red team needs at least 4")
    random.Random(f"splits/{seed}").shuffle(distinct)
    counts = _shares(len(distinct), (wanted.learning, wanted.poison, wanted.canary, wanted.victim))
    parts = []
    for count in counts:
        parts.append(tuple(distinct[:count]))
        distinct = distinct[count:]
    return Splits(*parts)


def _shares(available: int, wanted: tuple[int, ...]) -> list[int]:
    if available >= sum(wanted):
        return list(wanted)
    spare = available - len(wanted)
    return [1 + spare * (count - 1) // max(1, sum(wanted) - len(wanted)) for count in wanted]
