"""The tables of the run, on the console and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc_evals.ann.measured import Duel, Measured
from memsvc_evals.ann.subjects import point_name
from memsvc_evals.ann.summary import quartiles, ratios
from memsvc_evals.figures import Figure
from memsvc_evals.reporting.markdown import markdown_table

__all__ = ["markdown", "print_ann"]

_Column = tuple[str, float, str]
"""What of a figure's name, a factor, and a format."""

_SEARCH: dict[str, _Column] = {
    "recall": ("recall@10", 1, ".4f"),
    "p50 µs": ("p50", 1, ".0f"),
    "p99 µs": ("p99", 1, ".0f"),
    "CPU µs": ("cpu", 1, ".0f"),
    "cold ms": ("cold_p50", 1e-3, ".2f"),
    "cold KiB": ("cold_read", 1, ".0f"),
}
_RESOURCES: dict[str, _Column] = {
    "anon MiB": ("anon", 1, ".1f"),
    "file MiB": ("file", 1, ".1f"),
    "disk MiB": ("disk", 1, ".0f"),
    "build CPU s": ("build_cpu", 1, ".1f"),
    "peak MiB": ("build_peak", 1, ".0f"),
}
_TIMED = {"p50": "p50", "cpu": "CPU", "cold": "cold", "cold_read": "cold KiB"}
_HELD = {"anon": "anon", "disk": "disk", "build_cpu": "build CPU"}


def print_ann(
    console: Console, results: Mapping[str, Measured], duels: Sequence[Duel], figures: Mapping[str, Figure]
) -> None:
    """Print the systems at their points of comparison, and the ratios with their quartiles."""
    for title, (columns, rows) in _tables(results, duels, figures).items():
        if not rows:
            continue
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def markdown(
    results: Mapping[str, Measured], duels: Sequence[Duel], figures: Mapping[str, Figure], caption: str
) -> str:
    """Return the caption and the tables as Markdown."""
    parts = [caption]
    for title, (columns, rows) in _tables(results, duels, figures).items():
        if rows:
            parts.append(f"{title}:\n\n{markdown_table(columns, rows)}")
    return "\n\n".join(parts) + "\n"


def _tables(
    results: Mapping[str, Measured], duels: Sequence[Duel], figures: Mapping[str, Figure]
) -> dict[str, tuple[list[str], list[list[str]]]]:
    counts = sorted({count for measured in results.values() for count in measured.qps})
    resources = _RESOURCES | {f"QPS {count}": (f"qps@{count}", 1, ".0f") for count in counts}
    searches = [
        [name, point_name(measured.at.params) if measured.at else "-", *_cells(name, _SEARCH, figures)]
        for name, measured in results.items()
    ]
    costs = [[name, *_cells(name, resources, figures)] for name in results]
    return {
        "Searches at the point of comparison": (["system", "setting", *_SEARCH], searches),
        "Memory, disk, building, and searches per second by processes": (["system", *resources], costs),
        "Ours over theirs, at the fastest setting of their recall; median of the rounds (quartiles)": (
            ["ours", "theirs", "recall ours/theirs", *_TIMED.values()],
            [_timed(duel) for duel in duels],
        ),
        "Ours over theirs": (["ours", "theirs", *_HELD.values()], [_held(duel, figures) for duel in duels]),
    }


def _cells(name: str, columns: Mapping[str, _Column], figures: Mapping[str, Figure]) -> list[str]:
    def cell(what: str, factor: float, form: str) -> str:
        figure = figures.get(f"{name}/{what}")
        return "-" if figure is None else format(figure.value * factor, form)

    return [cell(*column) for column in columns.values()]


def _held(duel: Duel, figures: Mapping[str, Figure]) -> list[str]:
    columns = {what: (f"{what}_ratio/{duel.peer}", 1, ".3g") for what in _HELD}
    return [duel.form, duel.peer, *_cells(duel.form, columns, figures)]


def _timed(duel: Duel) -> list[str]:
    found = ratios(duel)

    def cell(name: str) -> str:
        if name not in found:
            return "-"
        low, middle, high = quartiles(found[name])
        return f"{middle:.3g} ({low:.3g}-{high:.3g})"

    recalls = f"{duel.ours.recall[10]:.4f}/{duel.theirs.recall[10]:.4f}"
    ours, theirs = (
        f"{name} {point_name(point.params)}" for name, point in ((duel.form, duel.ours), (duel.peer, duel.theirs))
    )
    return [ours, theirs, recalls, *map(cell, _TIMED)]
