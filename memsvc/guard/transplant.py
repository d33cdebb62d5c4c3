"""The transplant probe: does a piece of a note, put behind unrelated questions, drag these to the note?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from memsvc.guard.coherence import ORDINARY, Coherence
from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.spans import Pieces, Range, pieces_of
from memsvc.guard.trials import Bench, Nearest, Tools, Trial, Window, nearest_of
from memsvc.ports.embedding import Embedder, Matrix

__all__ = ["MOST_PIECES", "WEIGHTS", "Nearest", "TransplantProbe", "TransplantSettings", "nearest_of", "suspicion"]


@dataclass(frozen=True, slots=True)
class TransplantSettings:
    """Widths and strides in word pieces; `exit_below` is the drowning under which a text is not looked at further.

    All windows of `width` are tried with `screening` canaries, `kept` of them in other widths and places as well,
    and `refined` of all these with every canary.
    """

    width: int = 12
    stride: int = 5
    screening: int = 2
    exit_below: float = 0.9
    kept: int = 2
    refined: int = 2
    widths: tuple[int, ...] = (7, 12, 18)


_SETTINGS: Final = TransplantSettings()
WEIGHTS: Final = (4.72, 17.43, 3.05, 0.5, -29.16)
"""Of mean drowning, lower quartile of the margin, logarithm of the text's pieces, incoherence, and 1."""
_BESIDE: Final = 24
MOST_PIECES: Final = 64
"""Texts over this many pieces count as that long."""


@dataclass(frozen=True, slots=True)
class TransplantProbe:
    """Tries the windows of a text behind canaries.

    First all windows behind a few canaries: a trigger drowns the question that it follows, whatever the question.
    Only where one does, windows of other widths and places around the worst, then all canaries on the worst.
    """

    tools: Tools
    coherence: Coherence | None = None
    settings: TransplantSettings = _SETTINGS

    @staticmethod
    def of(
        embedder: Embedder,
        canaries: tuple[str, ...],
        *,
        coherence: Coherence | None = None,
        background: Matrix | None = None,
    ) -> TransplantProbe:
        """Embed 48 ordinary texts behind each canary, and about 850 alone unless their vectors are given.

        Without a `coherence` all words count as belonging where they stand. Raises EmbedderUnavailable.
        """
        return TransplantProbe(Tools.of(embedder, canaries, background=background), coherence)

    def examine(self, text: str, keys: Matrix, nearest: Nearest) -> Finding:
        """Return what a key's text does, its score between 0 and 1; raises EmbedderUnavailable.

        `keys` are the vectors of all keys of the note, shape (n, dimension): it is found by the best of them.
        """
        pieces = pieces_of(text)
        worst = self.worst(Bench(self.tools, text, pieces, np.atleast_2d(keys), nearest))
        if worst is None:
            return NOTHING_FOUND
        strange = self.incoherence(text, pieces, worst.window)
        why = (
            f"unrelated questions followed by this span meet this note before any cleared one in "
            f"{worst.share:.0%} of {len(worst.margin)} trials, by {worst.margin.mean():+.2f} in cosine; "
            f"it drowns a question {worst.drowned:.1f} times as much as most ordinary texts do; "
            f"its words look planted by {strange:+.1f} (ordinary: {ORDINARY:.0f} or less)"
        )
        return Finding(suspicion(worst, len(pieces), strange), pieces.range(*worst.window), why)

    def incoherence(self, text: str, pieces: Pieces, window: Window) -> float:
        """Return how little the words of a window, and of what is around it, belong where they stand."""
        if self.coherence is None:
            return ORDINARY
        start, end = pieces.range(*window)
        first, last = _widened(pieces, window)
        return self.coherence.incoherence(text[first:last], (start - first, end - first))

    def worst(self, bench: Bench) -> Trial | None:
        """Return the trial of the window that pulls most; None for a text without words."""
        chosen, pieces = self.settings, len(bench.pieces)
        width = min(chosen.width, pieces)
        windows = [(start, width) for start in bench.pieces.windows(chosen.width, stride=chosen.stride)]
        if not windows:
            return None
        few, rest = range(chosen.screening), range(chosen.screening, len(self.tools.canaries))
        screened = bench.tried(windows, few)
        drowning = sorted(screened, key=_drowned, reverse=True)
        if drowning[0].drowned < chosen.exit_below:
            return max(screened, key=_pull)
        around = {near for trial in drowning[: chosen.kept] for near in _around(trial.window, pieces, chosen)}
        screened += bench.tried(sorted(around - set(windows)), few)
        best = sorted(screened, key=_pull, reverse=True)[: chosen.refined]
        more = bench.tried([trial.window for trial in best], rest)
        return max(_all_joined(best, more), key=_pull)


def suspicion(trial: Trial, pieces: int, incoherence: float) -> float:
    """Return the logistic of what tells triggers from ordinary text, fitted by tools/guard/measure_probe.py.

    Length counts because a short text is all about the one thing that its only window says: such a window drags as
    many questions to it as a trigger does, but its words belong together.
    """
    length = math.log(min(pieces, MOST_PIECES))
    features = (trial.drowned, float(np.quantile(trial.margin, 0.25)), length, incoherence, 1.0)
    logit = sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))
    return 1.0 / (1.0 + math.exp(-logit))


def _widened(pieces: Pieces, window: Window) -> Range:
    """Return the characters of a window and of up to 24 pieces to either side."""
    first = max(0, window[0] - _BESIDE)
    return pieces.range(first, window[0] + window[1] + _BESIDE - first)


def _around(window: Window, pieces: int, chosen: TransplantSettings) -> list[Window]:
    """Return windows of each width with their middles at the window's own and half a stride to either side."""
    middle = window[0] + window[1] / 2
    found = []
    for wanted in chosen.widths:
        width = min(wanted, pieces)
        for shift in (-chosen.stride / 2, 0.0, chosen.stride / 2):
            start = round(middle + shift - width / 2)
            found.append((min(max(0, start), pieces - width), width))
    return found


def _all_joined(trials: Sequence[Trial], more: Sequence[Trial]) -> list[Trial]:
    return [trial.joined(other) for trial, other in zip(trials, more, strict=True)] if more else list(trials)


def _pull(trial: Trial) -> float:
    return trial.pull


def _drowned(trial: Trial) -> float:
    return trial.drowned
