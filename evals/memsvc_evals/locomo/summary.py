"""From the runs of conversations to figures and the full report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from memsvc_evals.figures import Figure, percentile_ms
from memsvc_evals.locomo.conversation import Category
from memsvc_evals.locomo.run import CUTS, ConversationRun, QuestionRun
from memsvc_evals.longmemeval.bootstrap import bootstrap_ci95

__all__ = ["GROUPS", "full_report", "recall_figures", "timing_figures"]

GROUPS: Mapping[str, frozenset[Category]] = MappingProxyType(
    {
        "all": frozenset(Category),
        "c1-4": frozenset(Category) - {Category.ADVERSARIAL},
        **{category.name.lower(): frozenset({category}) for category in Category},
    }
)


def recall_figures(runs: Sequence[ConversationRun]) -> dict[str, Figure]:
    """Return `GROUP/recall@k` -> mean over questions, for every group that has a question."""
    questions = [question for run in runs for question in run.questions]
    figures: dict[str, Figure] = {}
    for group, categories in GROUPS.items():
        rows = [_recalls(question) for question in questions if question.category in categories]
        if not rows:
            continue
        values = np.array(rows)
        for k, mean, (low, high) in zip(CUTS, values.mean(axis=0), bootstrap_ci95(values), strict=True):
            figures[f"{group}/recall@{k}"] = Figure(float(mean), len(rows), (float(low), float(high)))
    return figures


def timing_figures(runs: Sequence[ConversationRun]) -> dict[str, Figure]:
    """Return latencies (ingest per conversation, recall per question) and counts over the conversations."""
    ingest = [run.ingest_seconds for run in runs]
    recall = [question.seconds for run in runs for question in run.questions]
    figures = {
        f"latency/{name}/p{percent}": Figure(percentile_ms(values, percent), len(values), unit="ms")
        for name, values in (("ingest", ingest), ("recall", recall))
        for percent in (50, 95)
    }
    figures["count/notes"] = Figure(sum(run.notes for run in runs), len(runs), unit="notes")
    embedded = sum(run.embedded for run in runs)
    figures["count/embedded_texts"] = Figure(embedded, len(runs), unit="embedded_texts")
    return figures


def full_report(runs: Sequence[ConversationRun]) -> dict[str, Any]:
    """Return recall by conversation, the questions that were left out, and each question's own ranking."""
    return {
        "by_conversation": {run.id: _mean_recalls(run.questions) for run in runs if run.questions},
        "without_evidence": [question for run in runs for question in run.skipped],
        "questions": [_question(question) for run in runs for question in run.questions],
    }


def _recalls(question: QuestionRun) -> list[float]:
    return [question.recall(k) for k in CUTS]


def _mean_recalls(questions: Sequence[QuestionRun]) -> dict[str, float]:
    means = {f"recall@{k}": sum(q.recall(k) for q in questions) / len(questions) for k in CUTS}
    return {"n": len(questions)} | means


def _question(question: QuestionRun) -> dict[str, Any]:
    return {
        "question_id": question.id,
        "category": question.category.name.lower(),
        "evidence": question.evidence,
        "ranking": question.ranking,
        "metrics": {f"recall@{k}": question.recall(k) for k in CUTS},
        "recall_ms": 1000 * question.seconds,
    }
