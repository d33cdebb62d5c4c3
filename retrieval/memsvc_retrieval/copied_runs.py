"""Words that a note has from the question in a row and word for word count for little.

BM25 adds up what each word tells, so that a few rare words that are planted in notes and in a question lift these
notes above all that only answer it (docs/lexical.md has it measured). Honest notes put things in their own words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from memsvc.domain.notes import Note
from memsvc.ports.ranking import Ranked, Rows

__all__ = ["RunCap", "cap_runs"]

_ALL: Final = "lexical_all"
_ARMS: Final = ("lexical_user", _ALL)
# About half of the words in a row are too common to be indexed.
_TELLING: Final = 0.5
_WORD: Final = re.compile(r"[\w'\u2019]+")
_BETWEEN: Final = re.compile(r"[^\w'\u2019]+")


@dataclass(frozen=True, slots=True)
class RunCap:
    """A run is at least `words` words long; the best `read` notes of each lexical arm are read for runs, and the
    `runs` that most of them hold are looked at one by one.

    The run adds to a note's score at most `share` times what it has without the run. Where words are all that is
    asked, so that nothing else finds an honest note that repeats the question, it adds `words_only` times that and
    one average word of the run. Chosen on LoCoMo's development conversations (docs/lexical.md).
    """

    words: int = 5
    share: float = 1.0
    words_only: float = 2.0
    read: int = 40
    runs: int = 8


class Notes(Protocol):
    """The part of a Reader that is asked."""

    def notes_by_row(self, rows: Sequence[int]) -> list[Note]: ...

    def lexical(self, text: str, *, limit: int, allowed: Rows | None) -> dict[str, Ranked]: ...


def cap_runs(
    reader: Notes, arms: Mapping[str, Ranked], question: str, cap: RunCap, *, words_only: bool = False
) -> dict[str, Ranked]:
    """Return the arms with the lexical scores of notes capped that hold a run of the question.

    Nothing is capped where no note has anything of the question but the run: it is asked for its own sake.
    """
    capped = dict(arms)
    spans = [match.span() for match in _WORD.finditer(question)]
    words = [question[start:end].lower() for start, end in spans]
    best = [arms[name].rows[: cap.read] for name in _ARMS if name in arms]
    if len(words) <= cap.words or not best:
        return capped
    rows = np.unique(np.concatenate(best))
    holding: defaultdict[frozenset[int], list[int]] = defaultdict(list)
    for note in reader.notes_by_row(rows.tolist()) if len(rows) else ():
        run = _copied(words, note.content, least=cap.words)
        if run and len(run) < len(words):
            holding[run].append(note.row)
    for run, held in _fewer(holding, most=cap.runs):
        rest = _without(question, [spans[at] for at in run])
        found = reader.lexical(rest, limit=len(held), allowed=np.array(sorted(held), np.int64))
        if len(run) < len(words) and not len(found[_ALL].rows) and _nobody_has(reader, rest):
            continue
        one_word = 1.0 / (_TELLING * len(run)) if words_only else 0.0
        share = cap.words_only if words_only else cap.share
        for name in set(_ARMS).intersection(capped):
            capped[name] = _capped(capped[name], held, found[name], share=share, one_word=one_word)
    return capped


def _nobody_has(reader: Notes, words: str) -> bool:
    return not len(reader.lexical(words, limit=1, allowed=None)[_ALL].rows)


def _copied(words: Sequence[str], content: str, *, least: int) -> frozenset[int]:
    """Return the places of the words that stand in the content in runs of at least `least`."""
    lowered = content.lower()
    there = [word in lowered for word in words]
    starts = [at for at in range(len(words) - least + 1) if all(there[at : at + least])]
    if not starts:
        return frozenset()
    plain = f" {_BETWEEN.sub(' ', lowered)} "
    runs = [at for at in starts if f" {' '.join(words[at : at + least])} " in plain]
    return frozenset(place for at in runs for place in range(at, at + least))


def _without(question: str, spans: Sequence[tuple[int, int]]) -> str:
    left = question
    for start, end in sorted(spans, reverse=True):
        left = f"{left[:start]} {left[end:]}"
    return left


def _fewer(
    holding: Mapping[frozenset[int], list[int]], *, most: int
) -> Iterable[tuple[frozenset[int], list[int]]]:
    """Return the runs with the notes that hold them, those of the fewest notes as one: each costs a search."""
    ordered = sorted(holding.items(), key=lambda item: (-len(item[1]), sorted(item[0])))
    kept, others = ordered[: most - 1], ordered[most - 1 :]
    if others:
        run = frozenset[int]().union(*(run for run, _ in others))
        kept.append((run, [row for _, held in others for row in held]))
    return kept


def _capped(arm: Ranked, held: Sequence[int], without: Ranked, *, share: float, one_word: float) -> Ranked:
    """Return an arm with the scores of some rows capped by what they have without the run."""
    rest = dict(zip(without.rows.tolist(), without.scores.tolist(), strict=True))
    scores = arm.scores.astype(np.float64)
    for place in np.flatnonzero(np.isin(arm.rows, held)):
        left = rest.get(int(arm.rows[place]), 0.0)
        run = max(scores[place] - left, 0.0)
        scores[place] = left + min(run, share * left + one_word * run)
    order = np.lexsort((arm.rows, -scores))
    order = order[scores[order] > 0]
    return Ranked(arm.rows[order], scores[order].astype(np.float32))
