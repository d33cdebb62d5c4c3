"""Judged answers as a table."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from memsvc_evals.figures import Figure

__all__ = ["print_summary"]


def print_summary(console: Console, figures: Mapping[str, Figure], judge_models: list[str]) -> None:
    """Print accuracies with their intervals, then counts and tokens, then who judged."""
    table = Table(title="answers judged right", title_justify="left")
    for name in ("questions", "accuracy", "95 %", "n"):
        table.add_column(name, justify="left" if name == "questions" else "right")
    for name, figure in figures.items():
        if name.startswith("qa/"):
            interval = "{:.3f}-{:.3f}".format(*figure.ci95) if figure.ci95 else ""
            table.add_row(name.removeprefix("qa/"), f"{figure.value:.3f}", interval, str(figure.n))
    console.print(table)
    for name, figure in figures.items():
        if not name.startswith("qa/"):
            console.print(f"{name}: {figure.value:g} (n = {figure.n})")
    console.print(f"judged by: {', '.join(judge_models) or 'nobody'}")
