"""Sessions to remember: those of a LongMemEval file, or made up of words as frequent as in a language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc_evals.longmemeval.schema import read_questions

__all__ = ["from_file", "made_up"]

_START = datetime(2023, 1, 1, tzinfo=UTC)
_SYLLABLES = "ba cor den fi gra hul jin kel lom mar nes or pul ras tin vo".split()  # noqa: SIM905
_WORDS, _NAMES, _EXPONENT = 40_000, 4_000, 1.05
_ROUNDS = 5
# What people say of themselves, so that rules find something to think about; {} is a word or a name.
_SAID = (
    "I moved to {} last week.",
    "I have {} cats now.",
    "I really like {} and {}.",
    "My sister {} works at {}.",
    "I don't like {} anymore.",
    "I am learning {} with {}.",
    "Can you tell me about {}?",
)


def from_file(path: Path) -> Iterator[NewSession]:
    """Yield the sessions of the file, each once, then all of them again under other ids, without end.

    Raises InvalidInput.
    """
    kept: dict[str, NewSession] = {}
    for question in read_questions(path):
        for session in question.haystack:
            if session.id in kept:
                continue
            turns = tuple(NewTurn(turn.role, turn.content) for turn in session.turns if turn.content.strip())
            if turns:
                kept[session.id] = NewSession(turns, SessionId(session.id), session.at)
                yield kept[session.id]
    for again in count(2):
        for name, session in kept.items():
            yield replace(session, id=SessionId(f"{name}#{again}"))


def made_up() -> Iterator[NewSession]:
    """Yield sessions of five rounds without end, the same ones each time."""
    language = _Language(np.random.default_rng(7))
    for number in count():
        turns = tuple(turn for _ in range(_ROUNDS) for turn in language.round())
        yield NewSession(turns, SessionId(f"session-{number}"), _START + timedelta(minutes=10 * number))


class _Language:
    """Draws words whose frequency falls with their rank, as Zipf found."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._words = [_spelled(number) for number in range(_WORDS)]
        self._names = [_spelled(_WORDS + number).capitalize() for number in range(_NAMES)]
        self._cumulated = {size: _cumulated(size) for size in (_WORDS, _NAMES)}

    def round(self) -> tuple[NewTurn, NewTurn]:
        said = _SAID[int(self._random.integers(len(_SAID)))].format(*self._drawn(self._names, 2))
        asked = " ".join(self._drawn(self._words, 30))
        return NewTurn("user", f"{said} {asked}."), NewTurn("assistant", " ".join(self._drawn(self._words, 150)))

    def _drawn(self, words: Sequence[str], size: int) -> list[str]:
        places = np.searchsorted(self._cumulated[len(words)], self._random.random(size))
        return [words[place] for place in places.tolist()]


def _cumulated(size: int) -> NDArray[np.float64]:
    shares = np.cumsum(np.arange(1, size + 1) ** -_EXPONENT)
    cumulated: NDArray[np.float64] = shares / shares[-1]
    return cumulated


def _spelled(number: int) -> str:
    syllables = [_SYLLABLES[number % 16]]
    while number := number // 16:
        syllables.append(_SYLLABLES[number % 16])
    return "".join(syllables).ljust(4, "e")
