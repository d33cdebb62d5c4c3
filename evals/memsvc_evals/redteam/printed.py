"""The tables that a run prints."""

from __future__ import annotations

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc_evals.figures import Figure
from memsvc_evals.redteam.tables import TableRows, attack_tables, harmless_table, interval_of

__all__ = ["print_summary"]

_ANSWERS = ("baseline/benign/hit@5", "benign/hit@5", "benign/full_influence_hit@5", "benign_loss/hit@5")
_FURTHER = ("latency/", "count/", "exposed/")


def print_summary(console: Console, figures: Mapping[str, Figure], *, guard: str) -> None:
    """Print attacks by group and by family, false positives, the benign loss and the costs."""
    for table in (*attack_tables(figures, guard=guard), harmless_table(figures)):
        if table is not None:
            _print(console, table)
    further = [name for name in figures if name.startswith(_FURTHER)]
    for name in (*_ANSWERS, *further):
        if figure := figures.get(name):
            console.print(f"{name}: {figure.value:.4f} {figure.unit} {interval_of(figure)} (n={figure.n})")


def _print(console: Console, rows: TableRows) -> None:
    table = Table(title=rows.title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1))
    for column in rows.columns:
        table.add_column(column, no_wrap=column != rows.columns[0])
    for row in rows.rows:
        table.add_row(*row)
    console.print(table)
