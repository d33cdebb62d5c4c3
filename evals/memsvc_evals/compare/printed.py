"""The tables of a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc_evals.compare.paired import ALL, Difference, Pair
from memsvc_evals.compare.reading import ScoredReport

__all__ = ["config_changes", "print_comparison"]

_SHOWN = ("recall_any@5", "recall_all@5", "recall_all@10", "ndcg_any@10", "recall@5", "recall@10", "recall@20")
_SHOWN_AVERAGES = ("/strict", "/ids_no_abs")
_COLUMNS = ("n", "A", "B", "B - A", "interval", "won", "lost", "p", "test")


def print_comparison(
    console: Console,
    first: ScoredReport,
    second: ScoredReport,
    found: Sequence[Difference],
    *,
    figure: str,
    changes: tuple[Sequence[Pair], Sequence[Pair]],
) -> None:
    """Print what differs in the configurations, the figures, one figure by group, and the questions it moved."""
    console.print(f"A: {first.name}\nB: {second.name}", highlight=False, markup=False)
    for line in config_changes(first, second):
        console.print(line, highlight=False, markup=False)
    overall = [d for d in found if d.group == ALL and _shown(d.figure, first.benchmark)]
    console.print(_table("figures, all questions", "figure", ((d.figure, d) for d in overall)))
    groups = [d for d in found if d.figure == figure]
    console.print(_table(f"{figure} by group", "group", ((d.group, d) for d in groups)))
    for title, pairs in zip(("won", "lost"), changes, strict=True):
        names = ", ".join(f"{a.id} ({a.group})" for a, _ in pairs) or "none"
        console.print(f"{title} by B in {figure}: {len(pairs)}: {names}", highlight=False, markup=False)


def config_changes(first: ScoredReport, second: ScoredReport) -> list[str]:
    """Return a line for each entry of the configurations that differs."""
    return [
        f"{key}: {first.config.get(key)} -> {second.config.get(key)}"
        for key in sorted(first.config.keys() | second.config.keys())
        if first.config.get(key) != second.config.get(key)
    ]


def _shown(figure: str, benchmark: str) -> bool:
    """Say whether a figure stands in the printed table; the report file has them all."""
    place, _, name = figure.rpartition("/")
    if benchmark != "longmemeval":
        return name in _SHOWN
    return name in _SHOWN and not name.startswith("recall@") and place.endswith(_SHOWN_AVERAGES)


def _table(title: str, first: str, rows: Iterable[tuple[str, Difference]]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1))
    for column in (first, *_COLUMNS):
        table.add_column(column, no_wrap=True)
    for name, row in rows:
        table.add_row(name, *_cells(row))
    return table


def _cells(row: Difference) -> list[str]:
    low, high = row.ci95
    means = [f"{row.first:.4f}", f"{row.second:.4f}", f"{row.delta:+.4f}", f"{low:+.3f}..{high:+.3f}"]
    return [str(row.n), *means, str(row.wins), str(row.losses), f"{row.p:.3g}", row.test]
