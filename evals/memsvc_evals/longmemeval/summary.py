"""From the scores of questions to figures and the full report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from memsvc_evals.figures import Figure, percentile_ms
from memsvc_evals.longmemeval.averages import LEVELS, Average, QuestionScores
from memsvc_evals.longmemeval.bootstrap import bootstrap_ci95, sign_test
from memsvc_evals.longmemeval.metrics import metric_names
from memsvc_evals.longmemeval.runs import QuestionRun

__all__ = ["Results", "full_report", "metric_figures", "paired_with", "timing_figures"]

Results: TypeAlias = "Sequence[tuple[QuestionScores, QuestionRun]]"
_PAIRED = (
    "recall_any@5",
    "recall_all@5",
    "recall_all@10",
    "recall@5",
    "recall@10",
    "ndcg_any@5",
    "ndcg_any@10",
    "mrr",
)


def metric_figures(results: Results) -> dict[str, Figure]:
    """Return `LEVEL/AVERAGE/METRIC@k` -> figure, for every average that has a question."""
    figures: dict[str, Figure] = {}
    names = metric_names()
    for level in LEVELS:
        for average in Average:
            rows = [m for scores, _ in results if (m := scores.of(level, average)) is not None]
            if not rows:
                continue
            values = np.array([[row[name] for name in names] for row in rows])
            intervals = bootstrap_ci95(values)
            for column, name in enumerate(names):
                low, high = intervals[column].tolist()
                mean = float(values[:, column].mean())
                figures[f"{level}/{average}/{name}"] = Figure(mean, len(rows), (low, high))
    return figures


def timing_figures(results: Results) -> dict[str, Figure]:
    """Return latencies (ingest per haystack, complete recall, a user's query where one was asked) and counts."""
    ingest = [run.ingest_seconds for _, run in results]
    recall = [seconds for _, run in results for seconds in run.recall_seconds]
    query = [run.query_seconds for _, run in results if run.query_seconds is not None]
    figures = {}
    for name, values in (("ingest", ingest), ("recall", recall), ("query", query)):
        for percent in (50, 95) if values else ():
            value = percentile_ms(values, percent)
            figures[f"latency/{name}/p{percent}"] = Figure(value, len(values), unit="ms")
    for name, total in (
        ("notes", sum(run.notes for _, run in results)),
        ("embedded_texts", sum(run.embedded for _, run in results)),
        ("bytes", sum(run.text_bytes for _, run in results)),
    ):
        figures[f"count/{name}"] = Figure(total, len(results), unit=name)
    return figures


def full_report(results: Results) -> dict[str, Any]:
    """Return averages by question type and by number of gold sessions, and each question's own metrics."""
    groups: dict[str, Callable[[QuestionScores], str]] = {
        "by_type": lambda scores: scores.type,
        "by_gold_sessions": lambda scores: "1" if scores.gold_sessions == 1 else "2+",
    }
    report: dict[str, Any] = {name: _grouped(results, key) for name, key in groups.items()}
    report["questions"] = [_question(scores, run) for scores, run in results]
    return report


def _grouped(results: Results, key: Callable[[QuestionScores], str]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for level in LEVELS:
        for average in Average:
            rows: dict[str, list[dict[str, float]]] = {}
            for scores, _ in results:
                if (metrics := scores.of(level, average)) is not None:
                    rows.setdefault(key(scores), []).append(metrics)
            for group, metrics_list in sorted(rows.items()):
                means = {n: sum(m[n] for m in metrics_list) / len(metrics_list) for n in metric_names()}
                table.setdefault(f"{level}/{average}", {})[group] = {"n": len(metrics_list)} | means
    return table


def _question(scores: QuestionScores, run: QuestionRun) -> dict[str, Any]:
    metrics = {
        f"{level}/{average}": {name: found[name] for name in _PAIRED}
        for level in LEVELS
        for average in Average
        if (found := scores.of(level, average)) is not None
    }
    return {
        "question_id": scores.question,
        "type": scores.type,
        "metrics": metrics,
        "found_sessions": run.found_sessions,
        "found_turns": run.found_turns,
        "notes": run.notes,
        "embedded": run.embedded,
        "ingest_ms": 1000 * run.ingest_seconds,
        "recall_ms": [1000 * seconds for seconds in run.recall_seconds],
        "query_ms": None if run.query_seconds is None else 1000 * run.query_seconds,
    }


def paired_with(report: dict[str, Any], baseline: dict[str, Any]) -> dict[str, Any]:
    """Return wins, losses and exact sign-test p against an earlier report, over the questions of both."""
    theirs = {q["question_id"]: q["metrics"] for q in baseline.get("report", {}).get("questions", [])}
    pairs: dict[str, tuple[list[float], list[float]]] = {}
    for question in report["questions"]:
        other = theirs.get(question["question_id"], {})
        for place in question["metrics"].keys() & other.keys():
            for name in question["metrics"][place].keys() & other[place].keys():
                ours, base = pairs.setdefault(f"{place}/{name}", ([], []))
                ours.append(question["metrics"][place][name])
                base.append(other[place][name])
    result = {}
    for name, (ours, base) in sorted(pairs.items()):
        wins, losses, p = sign_test(ours, base)
        result[name] = {"n": len(ours), "wins": wins, "losses": losses, "p": p}
    return result
