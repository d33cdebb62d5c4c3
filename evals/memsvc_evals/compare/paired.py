"""Paired differences of two reports, over all questions and by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from memsvc_evals.compare.reading import ScoredQuestion, ScoredReport
from memsvc_evals.longmemeval.bootstrap import paired_bootstrap, sign_test

__all__ = ["ALL", "Difference", "Pair", "changed", "differences"]

ALL = "all"
_NOT_ADVERSARIAL = "c1-4"
_ADVERSARIAL = "adversarial"

Pair = tuple[ScoredQuestion, ScoredQuestion]
"""A question in the first and in the second report."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Means of one figure in both reports and their difference, second - first, with its 95 % interval.

    `wins` and `losses` count questions that are better or worse in the second; `p` is two-sided.
    """

    figure: str
    group: str
    n: int
    first: float
    second: float
    delta: float
    ci95: tuple[float, float]
    wins: int
    losses: int
    p: float
    test: Literal["mcnemar", "bootstrap"]


def differences(first: ScoredReport, second: ScoredReport) -> list[Difference]:
    """Compare every figure that both reports have, in each group that has a question for it."""
    pairs = [(question, second.questions[name]) for name, question in first.questions.items()]
    return [
        difference
        for group, members in _groups(pairs, first.benchmark).items()
        for figures, counted in _by_questions(members).items()
        for difference in _compare(group, figures, [members[i] for i in counted])
    ]


def changed(first: ScoredReport, second: ScoredReport, figure: str) -> tuple[list[Pair], list[Pair]]:
    """Return the questions that the second report has better, and those that it has worse."""
    pairs = [(question, second.questions[name]) for name, question in first.questions.items()]
    both = [(a, b) for a, b in pairs if figure in a.values and figure in b.values]
    won = [(a, b) for a, b in both if b.values[figure] > a.values[figure]]
    lost = [(a, b) for a, b in both if b.values[figure] < a.values[figure]]
    return won, lost


def _groups(pairs: Sequence[Pair], benchmark: str) -> dict[str, list[Pair]]:
    groups = {ALL: list(pairs)}
    if benchmark == "locomo":
        groups[_NOT_ADVERSARIAL] = [pair for pair in pairs if pair[0].group != _ADVERSARIAL]
    for name in sorted({question.group for question, _ in pairs}):
        groups[name] = [pair for pair in pairs if pair[0].group == name]
    return groups


def _by_questions(pairs: Sequence[Pair]) -> Mapping[tuple[str, ...], tuple[int, ...]]:
    """Return figures -> places of the questions they count for; figures of the same questions stand together."""
    counted: dict[str, list[int]] = {}
    for place, (a, b) in enumerate(pairs):
        for figure in a.values:
            if figure in b.values:
                counted.setdefault(figure, []).append(place)
    together: dict[tuple[int, ...], list[str]] = {}
    for figure, places in counted.items():
        together.setdefault(tuple(places), []).append(figure)
    return {tuple(figures): places for places, figures in together.items()}


def _compare(group: str, figures: Sequence[str], pairs: Sequence[Pair]) -> Iterator[Difference]:
    first = np.array([[a.values[figure] for figure in figures] for a, _ in pairs])
    second = np.array([[b.values[figure] for figure in figures] for _, b in pairs])
    intervals, bootstrap_p = paired_bootstrap(second - first)
    for column, figure in enumerate(figures):
        ours, theirs = second[:, column], first[:, column]
        wins, losses, exact_p = sign_test(ours.tolist(), theirs.tolist())
        binary = bool(np.isin([ours, theirs], (0.0, 1.0)).all())
        low, high = intervals[column].tolist()
        yield Difference(
            figure=figure,
            group=group,
            n=len(pairs),
            first=float(theirs.mean()),
            second=float(ours.mean()),
            delta=float((ours - theirs).mean()),
            ci95=(low, high),
            wins=wins,
            losses=losses,
            p=exact_p if binary else float(bootstrap_p[column]),
            test="mcnemar" if binary else "bootstrap",
        )
