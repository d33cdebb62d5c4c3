"""The load table, on the console and as Markdown between two marks of a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc_evals.figures import Figure
from memsvc_evals.load.summary import COLUMNS, rows
from memsvc_evals.pages import Marks

__all__ = ["markdown_table", "print_load", "put_table"]


def print_load(console: Console, figures: Mapping[str, Figure], systems: list[str]) -> None:
    """Print the table, the ratios and what REST adds."""
    table = Table(title="Load (p50/p95)", title_justify="left", box=SIMPLE_HEAD)
    for column in COLUMNS:
        table.add_column(column, no_wrap=True)
    for row in rows(figures, systems):
        table.add_row(*row)
    console.print(table)
    for name, figure in figures.items():
        if "_ratio/" in name or "/rest_overhead/" in name:
            console.print(f"{name}: {figure.value:.2f} {'' if figure.unit == 'ratio' else figure.unit}".rstrip())


def markdown_table(figures: Mapping[str, Figure], systems: list[str], caption: str) -> str:
    """Return the caption and the table as Markdown."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows(figures, systems)]
    return f"{caption}\n\n" + "\n".join(lines) + "\n"


def put_table(path: Path, table: str) -> None:
    """Replace what stands between the marks of a page; raises InvalidInput when it has none."""
    Marks("load table", "memsvc eval load --markdown").put(path, table)
