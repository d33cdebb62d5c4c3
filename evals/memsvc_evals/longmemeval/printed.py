"""The tables that a run prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from memsvc_evals.figures import Figure
from memsvc_evals.longmemeval.averages import LEVELS, Average

__all__ = ["print_summary"]

_COLUMNS = ("recall_any@5", "recall_all@5", "recall_all@10", "ndcg_any@5", "ndcg_any@10", "mrr")


def print_summary(console: Console, figures: Mapping[str, Figure], report: Mapping[str, Any]) -> None:
    """Print averages with n and 95 % intervals, the types at session level, and latencies."""
    console.print(_averages(figures))
    console.print(_types(report))
    for name in ("ingest", "recall"):
        p50, p95 = figures[f"latency/{name}/p50"], figures[f"latency/{name}/p95"]
        console.print(f"{name}: p50 {p50.value:.2f} ms, p95 {p95.value:.2f} ms (n={p50.n})")
    notes, texts = figures["count/notes"], figures["count/embedded_texts"]
    console.print(f"{notes.value:.0f} documents, {texts.value:.0f} texts embedded in {notes.n} questions")


def _averages(figures: Mapping[str, Figure]) -> Table:
    table = Table(title="LongMemEval retrieval (95 % bootstrap interval)", title_justify="left")
    for column in ("level", "average", "n", *_COLUMNS):
        table.add_column(column)
    for level in LEVELS:
        for average in Average:
            row = [figures.get(f"{level}/{average}/{name}") for name in _COLUMNS]
            if (first := row[0]) is not None:
                table.add_row(level, average, str(first.n), *(_cell(figure) for figure in row))
    return table


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    interval = "" if figure.ci95 is None else f" [{figure.ci95[0]:.3f} {figure.ci95[1]:.3f}]"
    return f"{figure.value:.4f}{interval}".replace("[", r"\[")


def _types(report: Mapping[str, Any]) -> Table:
    table = Table(title="by type (session level, gold = answer_session_ids)", title_justify="left")
    for column in ("type", "n", *_COLUMNS[:-1]):
        table.add_column(column)
    groups = report["by_type"].get(f"session/{Average.IDS_NO_ABS}", {})
    for name, row in groups.items():
        table.add_row(name, str(row["n"]), *(f"{row[column]:.4f}" for column in _COLUMNS[:-1]))
    return table
