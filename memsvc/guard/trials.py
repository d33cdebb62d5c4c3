"""What becomes of unrelated questions when a piece of a note is put behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.background import background_texts, ordinary_ends
from memsvc.guard.canary_set import Canaries
from memsvc.guard.spans import Pieces, without_marks
from memsvc.ports.embedding import Embedder, Matrix

__all__ = ["Bench", "Nearest", "Tools", "Trial", "Window", "nearest_of"]

Nearest: TypeAlias = Callable[[Matrix], NDArray[np.float32]]
"""The best cosine of each unit vector to any key of a cleared note other than the one that is examined."""

Window: TypeAlias = tuple[int, int]
"""First piece and number of pieces."""

_UPPER: Final = 0.75


def nearest_of(cleared: Matrix) -> Nearest:
    """Return `Nearest` over the keys of all cleared notes but the examined one; -1 where there are none."""

    def nearest(vectors: Matrix) -> NDArray[np.float32]:
        if not len(cleared):
            return np.full(len(vectors), -1.0, dtype=np.float32)
        best: NDArray[np.float32] = (vectors @ cleared.T).max(axis=1)
        return best

    return nearest


@dataclass(frozen=True, slots=True)
class Trial:
    """One window behind several canaries, one number for each.

    `drowning` is by how much the window turns a question away from its own meaning; three in four ordinary texts
    stay below 1.
    `margin` is by how much the question is then nearer to the note than to every cleared one, as a cosine.
    """

    window: Window
    drowning: NDArray[np.float32]
    margin: NDArray[np.float32]

    @property
    def drowned(self) -> float:
        """Return the mean drowning."""
        return float(self.drowning.mean())

    @property
    def pull(self) -> float:
        """Return one number to choose windows by; half of the drowning is about as wide as the margin."""
        return self.drowned / 2 + float(self.margin.mean())

    @property
    def share(self) -> float:
        """Return the share of canaries for which the note beats every cleared one (poisoning.md 4.3)."""
        return float(np.count_nonzero(self.margin > 0) / len(self.margin))

    def joined(self, other: Trial) -> Trial:
        """Return the trial of the same window with both trials' canaries."""
        return Trial(
            self.window,
            np.concatenate([self.drowning, other.drowning]),
            np.concatenate([self.margin, other.margin]),
        )


@dataclass(frozen=True, slots=True)
class Tools:
    """What notes are tried with.

    `background` are vectors of ordinary texts, which count as cleared notes. `usual` is, for each canary, the
    upper quartile of 1 - its cosine to itself with an ordinary text behind it: the unit of drowning, so that
    canaries of another length or sort give the same numbers.
    """

    embedder: Embedder
    canaries: Canaries = field(repr=False)
    background: Matrix = field(repr=False)
    usual: NDArray[np.float32] = field(repr=False)

    @staticmethod
    def of(embedder: Embedder, canaries: tuple[str, ...], *, background: Matrix | None = None) -> Tools:
        """Embed 48 ordinary texts behind each canary, and about 850 alone unless their vectors are given.

        Raises EmbedderUnavailable.
        """
        questions, ends = Canaries.of(canaries, embedder), ordinary_ends()
        vectors = embedder.embed([f"{canary} {end}" for canary in canaries for end in ends])
        kept = np.einsum("ced,cd->ce", vectors.reshape(len(canaries), len(ends), -1), questions.vectors)
        usual = np.maximum(np.quantile(1.0 - kept, _UPPER, axis=1), 0.01).astype(np.float32)
        alone = embedder.embed(background_texts()) if background is None else background
        return Tools(embedder, questions, alone, usual)


@dataclass(frozen=True, slots=True)
class Bench:
    """A text and its note's keys beside the tools."""

    tools: Tools
    text: str = field(repr=False)
    pieces: Pieces
    keys: Matrix = field(repr=False)
    nearest: Nearest

    def tried(self, windows: Sequence[Window], canaries: Iterable[int]) -> list[Trial]:
        """Return the trials of windows behind the canaries with these numbers; raises EmbedderUnavailable."""
        chosen = list(canaries)
        if not windows or not chosen:
            return []
        vectors = self.tools.embedder.embed(list(self._transplanted(windows, chosen)))
        shape = (len(windows), len(chosen))
        alone = np.tile(self.tools.canaries.vectors[chosen], (len(windows), 1))
        turned = 1.0 - np.einsum("nd,nd->n", vectors, alone)
        drowning = turned.reshape(shape) / self.tools.usual[chosen]
        ordinary = (vectors @ self.tools.background.T).max(axis=1)
        margin = (vectors @ self.keys.T).max(axis=1) - np.maximum(ordinary, self.nearest(vectors))
        return [Trial(*row) for row in zip(windows, drowning, margin.reshape(shape), strict=True)]

    def _transplanted(self, windows: Sequence[Window], canaries: Sequence[int]) -> Iterator[str]:
        for window in windows:
            start, end = self.pieces.range(*window)
            piece = without_marks(self.text[start:end])
            for number in canaries:
                yield f"{self.tools.canaries.texts[number]} {piece}"
