"""Accuracies of judged answers. An answer that is missing, failed or could not be judged counts as wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from memsvc_evals.figures import Figure
from memsvc_evals.longmemeval.bootstrap import bootstrap_ci95
from memsvc_evals.longmemeval.judging.judge import Verdict
from memsvc_evals.longmemeval.judging.judged import JudgedQuestion
from memsvc_evals.longmemeval.judging.readings import ReadingFacts
from memsvc_evals.longmemeval.judging.run import FlipCheck

__all__ = ["Judged", "accuracy_figures", "full_report", "token_figures"]


@dataclass(frozen=True, slots=True)
class Judged:
    """All that a run knows, by question id; `hypotheses` may hold ids of other questions."""

    questions: Mapping[str, JudgedQuestion]
    hypotheses: Mapping[str, str]
    verdicts: Mapping[str, Verdict]
    readings: Mapping[str, ReadingFacts]
    flips: FlipCheck

    def is_right(self, identity: str) -> bool:
        verdict = self.verdicts.get(identity)
        return verdict is not None and verdict.label

    @property
    def missing(self) -> list[str]:
        """Return the questions without a hypothesis, those included whose reading failed."""
        return [identity for identity in self.questions if identity not in self.hypotheses]

    @property
    def unjudged(self) -> list[str]:
        """Return the questions that have a hypothesis and no verdict."""
        return [name for name in self.questions if name in self.hypotheses and name not in self.verdicts]

    @property
    def failed(self) -> list[str]:
        """Return the missing ones that a model was asked for in vain."""
        return [name for name in self.missing if name in self.readings and self.readings[name].error]


def accuracy_figures(judged: Judged) -> dict[str, Figure]:
    """Return `qa/...` and `count/...`; `given_hit` and `given_miss` only where the readings are known."""
    questions = judged.questions.values()
    of_type = {kind: [q.id for q in questions if q.type == kind] for kind in sorted({q.type for q in questions})}
    by_type = {f"qa/type/{kind}": _accuracy(judged, group) for kind, group in of_type.items()}
    hits, misses = _by_evidence(judged)
    others = {
        "qa/abstention": [question.id for question in questions if question.is_abstention],
        "qa/given_hit": hits,
        "qa/given_miss": misses,
    }
    figures = {
        "qa/overall": _accuracy(judged, judged.questions),
        "qa/type_mean": Figure(fmean(figure.value for figure in by_type.values()), len(by_type)),
        **by_type,
        **{name: _accuracy(judged, group) for name, group in others.items() if group},
    }
    counts = {"missing": judged.missing, "failed": judged.failed, "unjudged": judged.unjudged}
    for name, group in counts.items():
        figures[f"count/{name}"] = Figure(len(group), len(judged.questions), unit="questions")
    flips = judged.flips
    figures["count/judge_flips"] = Figure(len(flips.flipped), flips.judged_again, unit="questions")
    return figures


def token_figures(judged: Judged) -> dict[str, Figure]:
    """Return tokens of the prompts and answers of a question, calls and items left out by the budget."""
    known = [reading for name, reading in judged.readings.items() if name in judged.questions]
    answered = [reading for reading in known if not reading.error]
    columns: dict[str, list[int | None]] = {
        "tokens/prompt": [reading.prompt_tokens for reading in answered],
        "tokens/completion": [reading.completion_tokens for reading in answered],
        "count/calls": [reading.calls for reading in answered],
        "count/dropped_items": [reading.dropped for reading in answered],
    }
    figures = {}
    for name, values in columns.items():
        told = [value for value in values if value is not None]
        if told:
            unit = "tokens" if name.startswith("tokens") else "per question"
            figures[f"{name}/mean"] = Figure(fmean(told), len(told), unit=unit)
            figures[f"{name}/p95"] = Figure(float(np.percentile(told, 95)), len(told), unit=unit)
    return figures


def full_report(judged: Judged, judge: str) -> dict[str, Any]:
    """Return the judge's name and versions, what is missing by name, and each question's outcome."""
    return {
        "judge": judge,
        "judge_models": sorted({verdict.model for verdict in judged.verdicts.values()}),
        "reader_models": sorted({r.model for r in judged.readings.values() if r.model}),
        "missing": judged.missing,
        "failed": {name: judged.readings[name].error for name in judged.failed},
        "unjudged": judged.unjudged,
        "other_hypotheses": sorted(set(judged.hypotheses) - set(judged.questions)),
        "judge_flips": {"judged_again": judged.flips.judged_again, "flipped": list(judged.flips.flipped)},
        "questions": [
            {"question_id": question.id, "type": question.type, "right": judged.is_right(question.id)}
            for question in judged.questions.values()
        ],
    }


def _by_evidence(judged: Judged) -> tuple[list[str], list[str]]:
    """Return the questions whose evidence was read, and those where some of it was not."""
    hits: list[str] = []
    misses: list[str] = []
    for identity in judged.questions:
        reading = judged.readings.get(identity)
        if reading is not None and reading.evidence_read is not None:
            (hits if reading.evidence_read else misses).append(identity)
    return hits, misses


def _accuracy(judged: Judged, group: Iterable[str]) -> Figure:
    right: Sequence[float] = [float(judged.is_right(identity)) for identity in group]
    low, high = bootstrap_ci95(np.asarray(right, dtype=np.float64)[:, None])[0]
    return Figure(fmean(right), len(right), (float(low), float(high)))
