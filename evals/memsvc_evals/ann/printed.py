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

__all__ = ["markdown", "print_ann"]

_COLUMNS = {
    "recall": ("recall@10", 1, ".4f"),
    "p50 µs": ("p50", 1, ".0f"),
    "p99 µs": ("p99", 1, ".0f"),
    "CPU µs": ("cpu", 1, ".0f"),
    "cold ms": ("cold_p50", 1e-3, ".2f"),
    "cold KiB": ("cold_read", 1, ".0f"),
    "anon MiB": ("anon", 1, ".1f"),
    "file MiB": ("file", 1, ".1f"),
    "disk MiB": ("disk", 1, ".0f"),
    "build s": ("build_cpu", 1, ".1f"),
    "peak MiB": ("build_peak", 1, ".0f"),
}
_RATIOS = ("p50", "cpu", "cold", "cold_read")


def print_ann(
    console: Console, results: Mapping[str, Measured], duels: Sequence[Duel], figures: Mapping[str, Figure]
) -> None:
    """Print the systems at their points of comparison, and the ratios with their quartiles."""
    for title, (columns, rows) in _tables(results, duels, figures).items():
        if not rows:
            continue
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
        for column in columns:
            table.add_column(column, no_wrap=True)
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
            lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
            lines += [f"| {' | '.join(row)} |" for row in rows]
            parts.append(f"{title}:\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _tables(
    results: Mapping[str, Measured], duels: Sequence[Duel], figures: Mapping[str, Figure]
) -> dict[str, tuple[list[str], list[list[str]]]]:
    counts = sorted({count for measured in results.values() for count in measured.qps})
    systems = ["system", "setting", *_COLUMNS, *(f"QPS {count}" for count in counts)]
    against = ["ours", "against", "recall ours/theirs", *(f"{name} ratio" for name in _RATIOS)]
    return {
        "Systems": (systems, [_system(name, measured, figures, counts) for name, measured in results.items()]),
        "Ours over theirs, median of the rounds (quartiles)": (against, [_duel(duel) for duel in duels]),
    }


def _system(name: str, measured: Measured, figures: Mapping[str, Figure], counts: Sequence[int]) -> list[str]:
    def cell(what: str, factor: float, form: str) -> str:
        figure = figures.get(f"{name}/{what}")
        return "-" if figure is None else format(figure.value * factor, form)

    point = point_name(measured.at.params) if measured.at else "-"
    cells = [cell(*column) for column in _COLUMNS.values()]
    return [name, point, *cells, *(cell(f"qps@{count}", 1, ".0f") for count in counts)]


def _duel(duel: Duel) -> list[str]:
    found = ratios(duel)

    def cell(name: str) -> str:
        if name not in found:
            return "-"
        low, middle, high = quartiles(found[name])
        return f"{middle:.3g} ({low:.3g}-{high:.3g})"

    recalls = f"{duel.ours.recall[10]:.4f}/{duel.theirs.recall[10]:.4f}"
    return [f"{duel.form} {point_name(duel.ours.params)}", duel.peer, recalls, *map(cell, _RATIOS)]
