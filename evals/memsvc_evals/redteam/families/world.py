"""What the families build their attacks from."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusQuestion
from memsvc_evals.redteam.corpora.splits import Splits
from memsvc_evals.redteam.families.attack import SIZES
from memsvc_evals.redteam.optimise.triggers import TriggerSearches

__all__ = ["RagTarget", "World", "shuffled", "subject_of"]

_WORD = re.compile(r"[A-Za-z][A-Za-z'-]{3,}")


@dataclass(frozen=True, slots=True)
class RagTarget:
    """A question of PoisonedRAG's files with texts that answer it wrongly."""

    id: str
    question: str = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class World:
    """One corpus, its questions divided by one seed, and what the command was given."""

    corpus: Corpus
    splits: Splits
    searches: TriggerSearches
    seed: int
    given: tuple[str, ...] = ()
    rag: tuple[RagTarget, ...] = ()

    def rng(self, name: str) -> random.Random:
        """Return a family's own source of chance, the same whichever other families are built."""
        return random.Random(f"{name}/{self.seed}/{self.corpus.name}")

    def trigger(self, search: str) -> str:
        """Return the trigger of a search by name, from the cache where it was found before."""
        return self.searches.find(search, self.splits, seed=self.seed)

    def bases(self, count: int = SIZES[-1]) -> list[CorpusQuestion]:
        """Return the questions that notes are built on, over again if there are fewer than `count`."""
        own = self.splits.poison
        return [own[i % len(own)] for i in range(count)]

    def topics(self) -> Mapping[str, list[CorpusQuestion]]:
        """Return the victims by subject, the most asked about first."""
        found: dict[str, list[CorpusQuestion]] = {}
        for question in self.splits.victim:
            found.setdefault(subject_of(question), []).append(question)
        counts = Counter({subject: len(each) for subject, each in found.items()})
        return {subject: found[subject] for subject, _ in counts.most_common()}


def subject_of(question: CorpusQuestion) -> str:
    """Return what a question is about: its term, else its last name, else its longest word."""
    if question.term:
        return question.term
    words = _WORD.findall(question.text)[1:]
    names = [word for word in words if word[0].isupper()]
    return names[-1] if names else max(words, key=len, default="the plan")


def shuffled(texts: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Yield the texts in a random order for ever, each as often as the others."""
    while True:
        yield from rng.sample(list(texts), len(texts))
