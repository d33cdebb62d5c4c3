"""The tables that a run prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc_evals.figures import Figure
from memsvc_evals.longmemeval.averages import LEVELS, Average

__all__ = ["print_summary"]

_COLUMNS = {
    "any@5": "recall_any@5",
    "R@5": "recall_all@5",
    "R@10": "recall_all@10",
    "N@5": "ndcg_any@5",
    "N@10": "ndcg_any@10",
}
_LATENCIES = {
    "ingest": "",
    "recall": "",
    "query": ": one recall of 10 notes, question embedded before",
}
_PAIRED = ("session/ids_no_abs/recall_all@5", "session/strict/recall_all@5", "turn/strict/recall_all@10")


def print_summary(console: Console, figures: Mapping[str, Figure], report: Mapping[str, Any]) -> None:
    """Print averages with n and 95 % intervals, the types at session level, and latencies."""
    console.print(_averages(figures))
    for title, groups, first in (
        ("by type", "by_type", "type"),
        ("by number of gold sessions", "by_gold_sessions", "gold sessions"),
    ):
        console.print(_groups(f"{title}, session level, gold = answer_session_ids", report[groups], first))
    for name, meaning in _LATENCIES.items():
        p50, p95 = figures.get(f"latency/{name}/p50"), figures.get(f"latency/{name}/p95")
        if p50 and p95:
            console.print(f"{name}: p50 {p50.value:.2f} ms, p95 {p95.value:.2f} ms (n={p50.n}){meaning}")
    notes, texts, size = (figures[f"count/{name}"] for name in ("notes", "embedded_texts", "bytes"))
    console.print(
        f"{notes.value:.0f} documents, {size.value / 1e6:.1f} MB of text, {texts.value:.0f} texts embedded "
        f"in {notes.n} questions"
    )
    for name, row in report.get("paired", {}).items():
        if name in _PAIRED:
            console.print(
                f"{name} against the baseline: {row['wins']} won, {row['losses']} lost, p = {row['p']:.3g} "
                f"(n={row['n']})"
            )


def _averages(figures: Mapping[str, Figure]) -> Table:
    table = _table("LongMemEval retrieval (R = recall_all, N = ndcg_any)", ("level/average",))
    table.add_column("R@5 interval")
    for level in LEVELS:
        for average in Average:
            row = [figures.get(f"{level}/{average}/{name}") for name in _COLUMNS.values()]
            first = row[0]
            if first is not None:
                values = (f"{figure.value:.4f}" if figure else "" for figure in row)
                table.add_row(f"{level}/{average}", str(first.n), *values, _interval(row[1]))
    return table


def _interval(figure: Figure | None) -> str:
    if figure is None or figure.ci95 is None:
        return ""
    return f"{figure.ci95[0]:.3f}-{figure.ci95[1]:.3f}"


def _groups(title: str, groups: Mapping[str, Any], first: str) -> Table:
    table = _table(title, (first,))
    for name, row in groups.get(f"session/{Average.IDS_NO_ABS}", {}).items():
        table.add_row(name, str(row["n"]), *(f"{row[column]:.4f}" for column in _COLUMNS.values()))
    return table


def _table(title: str, first: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1))
    for column in (*first, "n", *_COLUMNS):
        table.add_column(column, no_wrap=True)
    return table
