"""Which questions a note is tried with: real ones, secret, and others in each period."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from memsvc.guard.canary_pool import NEUTRAL_QUESTIONS
from memsvc.ports.embedding import Embedder, Matrix

__all__ = ["Canaries", "choose", "period_seed", "questions_in"]

_FEWEST_WORDS, _MOST_WORDS = 5, 20
_SENTENCE: Final = re.compile(r"[^.!?\n]*\?")
_MARKS: Final = " \t\"'“”‘’([*_#>-•–—"


@dataclass(frozen=True, slots=True)
class Canaries:
    """Questions with their unit vectors."""

    texts: tuple[str, ...] = field(repr=False)
    vectors: Matrix = field(repr=False)

    @staticmethod
    def of(texts: tuple[str, ...], embedder: Embedder) -> Canaries:
        """Embed the questions; raises EmbedderUnavailable."""
        return Canaries(texts, embedder.embed(texts))

    def __len__(self) -> int:
        return len(self.texts)

    def first(self, count: int) -> Canaries:
        """Return the first `count` of them: of each origin as many, as they are ordered."""
        return Canaries(self.texts[:count], self.vectors[:count])

    def spread(self) -> float:
        """Return how unlike one another they are: 1 - mean pairwise cosine."""
        count = len(self.texts)
        total = float(np.square(self.vectors.sum(axis=0, dtype=np.float64)).sum())
        return 1.0 - (total - count) / (count * (count - 1)) if count > 1 else 1.0


def period_seed(secret: bytes, namespace: str, period: int) -> bytes:
    """Return the seed of a namespace in a period: who does not know the secret cannot tell the canaries."""
    return hmac.digest(secret, f"canaries\0{namespace}\0{period}".encode(), "sha256")


def questions_in(text: str) -> Iterator[str]:
    """Yield the questions of 5 to 20 words in a text."""
    for match in _SENTENCE.finditer(text):
        question = match[0].lstrip(_MARKS)
        if _FEWEST_WORDS <= len(question.split()) <= _MOST_WORDS:
            yield question


def choose(own: Iterable[str], *, seed: bytes, count: int = 16) -> tuple[str, ...]:
    """Return `count` canaries in secret order: at most every second one is of the namespace's own questions.

    `own` are questions in its cleared notes. So however many of these an attacker could place, half of the
    canaries are not his.
    """
    neutral = _shuffled(NEUTRAL_QUESTIONS, seed)
    asked = _shuffled(set(own) - set(NEUTRAL_QUESTIONS), seed)[: count // 2]
    chosen: list[str] = []
    for place in range(count):
        chosen.append(asked[place // 2] if place % 2 and place // 2 < len(asked) else neutral.pop())
    return tuple(chosen)


def _shuffled(questions: Iterable[str], seed: bytes) -> list[str]:
    return sorted(questions, key=lambda question: hmac.digest(seed, question.encode(), "sha256"))
