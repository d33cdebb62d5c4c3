"""What counts as a hit, and what chance would hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import comb

import numpy as np

from memsvc_evals.figures import Figure
from memsvc_evals.gvd.dialogues import Question, User
from memsvc_evals.longmemeval.bootstrap import bootstrap_ci95

__all__ = ["CUTS", "Asked", "Found", "hit_figures"]

CUTS = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Found:
    """A round that recall gave back: its day and its text."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An answerable question and what was found for it, best first, each round once."""

    user: User
    question: Question
    found: tuple[Found, ...]

    def day_hit(self, k: int) -> bool:
        """Say whether one of the first k rounds is of a day of the evidence."""
        days = {evidence.day for evidence in self.question.evidence}
        return any(found.day in days for found in self.found[:k])

    def round_hit(self, k: int) -> bool:
        """Say whether one of the first k rounds is evidence itself."""
        return any(
            evidence.is_in(found.day, found.text)
            for found in self.found[:k]
            for evidence in self.question.evidence
        )

    def chance(self, k: int) -> tuple[float, float]:
        """Return the probabilities of a day hit and of a round hit of k rounds drawn from the user's at random."""
        days = {evidence.day for evidence in self.question.evidence}
        rounds = [(d.day, f"{part.query}\n{part.response}") for d in self.user.dialogues for part in d.rounds]
        of_day = sum(day in days for day, _ in rounds)
        itself = sum(any(e.is_in(day, text) for e in self.question.evidence) for day, text in rounds)
        return _drawn(of_day, len(rounds), k), _drawn(itself, len(rounds), k)


def hit_figures(asked: Sequence[Asked]) -> dict[str, Figure]:
    """Return `day/hit@k` and `round/hit@k` with 95 % intervals, and what chance would give as `.../chance@k`."""
    figures: dict[str, Figure] = {}
    for name, axis in (("day", 0), ("round", 1)):
        hits = np.array([[(a.day_hit(k), a.round_hit(k))[axis] for k in CUTS] for a in asked], np.float64)
        for k, mean, (low, high) in zip(CUTS, hits.mean(axis=0), bootstrap_ci95(hits), strict=True):
            figures[f"{name}/hit@{k}"] = Figure(float(mean), len(asked), (float(low), float(high)))
            chance = float(np.mean([a.chance(k)[axis] for a in asked]))
            figures[f"{name}/chance@{k}"] = Figure(chance, len(asked))
    return figures


def _drawn(good: int, total: int, k: int) -> float:
    return 1 - comb(total - good, min(k, total)) / comb(total, min(k, total))
