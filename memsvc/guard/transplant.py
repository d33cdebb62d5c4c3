"""The transplant probe: does a piece of a note, put behind unrelated questions, drag these to the note?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.background import background_texts
from memsvc.guard.canary_set import Canaries
from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.spans import Pieces, pieces_of
from memsvc.ports.embedding import Embedder, Matrix, Vector

__all__ = ["Nearest", "TransplantProbe", "TransplantSettings", "Trial", "nearest_of"]

Nearest: TypeAlias = Callable[[Matrix], NDArray[np.float32]]
"""The best cosine of each unit vector to any key of a cleared note other than the one that is examined."""

Window: TypeAlias = tuple[int, int]
"""First piece and number of pieces."""


def nearest_of(cleared: Matrix) -> Nearest:
    """Return `Nearest` over the vectors of all cleared notes' keys but the examined one's; -1 where there are none."""

    def nearest(vectors: Matrix) -> NDArray[np.float32]:
        if not len(cleared):
            return np.full(len(vectors), -1.0, dtype=np.float32)
        best: NDArray[np.float32] = (vectors @ cleared.T).max(axis=1)
        return best

    return nearest


@dataclass(frozen=True, slots=True)
class TransplantSettings:
    """Widths and strides in word pieces; `exit_below` is the drowning under which a text is not looked at further."""

    width: int = 9
    stride: int = 4
    screening: int = 2
    exit_below: float = 0.25
    kept: int = 2
    refined: int = 2
    widths: tuple[int, ...] = (5, 9, 13)


_SETTINGS: Final = TransplantSettings()
_WEIGHTS: Final = (22.0, 8.0, -10.0, -8.0)
"""Of drowning, margin, familiarity and 1."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the canaries tried with a window say, one number per canary."""

    window: Window
    drowning: NDArray[np.float32]
    to_note: NDArray[np.float32]
    margin: NDArray[np.float32]

    @property
    def score(self) -> float:
        """Return how far the canaries are drowned plus how far they are dragged past every cleared note."""
        return float(self.drowning.mean() + self.margin.mean())

    @property
    def share(self) -> float:
        """Return the share of canaries for which the note beats every cleared one (poisoning.md 4.3)."""
        return float(np.count_nonzero(self.margin > 0) / len(self.margin))

    def joined(self, other: Trial) -> Trial:
        return Trial(
            self.window,
            np.concatenate([self.drowning, other.drowning]),
            np.concatenate([self.to_note, other.to_note]),
            np.concatenate([self.margin, other.margin]),
        )


@dataclass(frozen=True, slots=True)
class TransplantProbe:
    """Tries the windows of a text behind canaries.

    First all windows behind a few canaries: a trigger drowns the question that it follows, whatever the question.
    Only where one does, windows of other widths and places around the worst, then all canaries on the worst.
    `background` are vectors of ordinary texts, which count as cleared ones: a namespace knows little at first.
    """

    embedder: Embedder
    canaries: Canaries = field(repr=False)
    background: Matrix = field(repr=False)
    settings: TransplantSettings = _SETTINGS

    @staticmethod
    def of(embedder: Embedder, canaries: tuple[str, ...]) -> TransplantProbe:
        """Embed canaries and background, about 700 short texts; raises EmbedderUnavailable."""
        return TransplantProbe(embedder, Canaries.of(canaries, embedder), embedder.embed(background_texts()))

    def examine(self, text: str, vector: Vector, nearest: Nearest) -> Finding:
        """Return the finding for a key's text and vector, its score between 0 and 1; raises EmbedderUnavailable."""
        pieces = pieces_of(text)
        bench = _Bench(self, text, pieces, vector, nearest)
        worst = self._worst(bench)
        if worst is None:
            return NOTHING_FOUND
        why = (
            f"unrelated questions followed by this span meet this note before any cleared one in "
            f"{worst.share:.0%} of {len(worst.margin)} trials, by {worst.margin.mean():+.2f} in cosine; "
            f"it takes {worst.drowning.mean():.0%} of a question's meaning"
        )
        return Finding(_squashed(worst, bench.familiarity(worst.window)), pieces.range(*worst.window), why)

    def _worst(self, bench: _Bench) -> Trial | None:
        chosen = self.settings
        starts = bench.pieces.windows(chosen.width, stride=chosen.stride)
        windows = [(start, chosen.width) for start in starts]
        if not windows:
            return None
        few, rest = range(chosen.screening), range(chosen.screening, len(self.canaries))
        screened = bench.tried(windows, few)
        if max(map(_drowning, screened)) < chosen.exit_below:
            return max(screened, key=_score)
        worst = _top(screened, chosen.kept, key=_drowning)
        around = {near for trial in worst for near in _around(trial.window, len(bench.pieces), chosen)}
        screened += bench.tried(sorted(around - set(windows)), few)
        best = _top(screened, chosen.refined, key=_score)
        more = bench.tried([trial.window for trial in best], rest)
        return max((trial.joined(other) for trial, other in zip(best, more, strict=True)), key=_score)


@dataclass(frozen=True, slots=True)
class _Bench:
    probe: TransplantProbe
    text: str
    pieces: Pieces
    vector: Vector
    nearest: Nearest

    def familiarity(self, window: Window) -> float:
        """Return how near the window alone comes to anything cleared or ordinary, as a cosine."""
        alone = self.probe.embedder.embed([self._text(window)])
        return float(self._nearest(alone)[0])

    def tried(self, windows: Sequence[Window], canaries: Iterable[int]) -> list[Trial]:
        chosen = list(canaries)
        if not windows or not chosen:
            return []
        questions = self.probe.canaries
        texts = [f"{questions.texts[number]} {self._text(window)}" for window in windows for number in chosen]
        vectors = self.probe.embedder.embed(texts)
        shape = (len(windows), len(chosen))
        alone = np.tile(questions.vectors[chosen], (len(windows), 1))
        drowning = (1.0 - np.einsum("nd,nd->n", vectors, alone)).reshape(shape)
        to_note = (vectors @ self.vector).reshape(shape)
        margin = to_note - self._nearest(vectors).reshape(shape)
        return [Trial(window, *rows) for window, *rows in zip(windows, drowning, to_note, margin, strict=True)]

    def _text(self, window: Window) -> str:
        start, end = self.pieces.range(*window)
        return self.text[start:end]

    def _nearest(self, vectors: Matrix) -> NDArray[np.float32]:
        ordinary: NDArray[np.float32] = (vectors @ self.probe.background.T).max(axis=1)
        return np.maximum(ordinary, self.nearest(vectors))


def _around(window: Window, pieces: int, chosen: TransplantSettings) -> list[Window]:
    """Return windows of each width with their middles at the window's own and a step to either side."""
    middle = window[0] + window[1] / 2
    found = []
    for width in chosen.widths:
        last = max(0, pieces - width)
        for shift in (-chosen.stride / 2, 0.0, chosen.stride / 2):
            start = round(middle + shift - width / 2)
            found.append((min(max(0, start), last), width))
    return found


def _squashed(trial: Trial, familiarity: float) -> float:
    """Return the logistic of what tells triggers from ordinary text, fitted by tools/guard/measure_probe.py."""
    logit = np.dot(_WEIGHTS, (float(trial.drowning.mean()), float(trial.margin.mean()), familiarity, 1.0))
    return float(1.0 / (1.0 + np.exp(-logit)))


def _score(trial: Trial) -> float:
    return trial.score


def _drowning(trial: Trial) -> float:
    return float(trial.drowning.mean())


def _top(trials: Sequence[Trial], count: int, *, key: Callable[[Trial], float]) -> list[Trial]:
    return sorted(trials, key=key, reverse=True)[:count]
