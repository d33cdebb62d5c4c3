"""The table that a run prints."""

from __future__ import annotations

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc_evals.figures import Figure
from memsvc_evals.locomo.run import CUTS
from memsvc_evals.locomo.summary import GROUPS

__all__ = ["print_summary"]


def print_summary(console: Console, figures: Mapping[str, Figure]) -> None:
    """Print the recall of each group with n and 95 % intervals, then latencies and counts."""
    table = Table(
        title="LoCoMo retrieval (fraction of evidence turns found)",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1),
    )
    for column in ("questions", "n", *(heading for k in CUTS for heading in (f"@{k}", "interval"))):
        table.add_column(column, no_wrap=True)
    for group in GROUPS:
        row = [figure for k in CUTS if (figure := figures.get(f"{group}/recall@{k}"))]
        if row:
            table.add_row(group, str(row[0].n), *(cell for figure in row for cell in _cells(figure)))
    console.print(table)
    for name in ("ingest", "recall"):
        p50, p95 = figures[f"latency/{name}/p50"], figures[f"latency/{name}/p95"]
        console.print(f"{name}: p50 {p50.value:.2f} ms, p95 {p95.value:.2f} ms (n={p50.n})")
    notes, texts = figures["count/notes"], figures["count/embedded_texts"]
    console.print(f"{notes.value:.0f} notes, {texts.value:.0f} texts embedded in {notes.n} conversations")


def _cells(figure: Figure) -> tuple[str, str]:
    interval = "" if figure.ci95 is None else f"{figure.ci95[0]:.3f}-{figure.ci95[1]:.3f}"
    return f"{figure.value:.4f}", interval
