"""From samples to figures, ratios against this service, and the table of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping

from memsvc_evals.figures import Figure, percentile_ms
from memsvc_evals.load.bench import KS, Measured
from memsvc_evals.load.systems import HYBRID, IN_PROCESS, REST

__all__ = ["COLUMNS", "load_figures", "rows"]

_NAMES = {
    "add": "single_add",
    "first_recall": "first_recall",
    "recall@60": "filtered_recall",
    "recall@10": "filtered_recall_10",
    "delete": "delete",
}


def load_figures(results: Mapping[str, Measured]) -> dict[str, Figure]:
    """Return `load/OPERATION/WHAT/SYSTEM`, and ratios `load/OPERATION/p50_ratio/PEER` (peer over memsvc)."""
    figures: dict[str, Figure] = {}
    for system, measured in results.items():
        figures |= _own(system, measured)
    for operation in (*_NAMES.values(), "bulk_add"):
        what = "seconds" if operation == "bulk_add" else "p50"
        ours = figures[f"load/{operation}/{what}/{IN_PROCESS}"]
        for system in results:
            if system not in (IN_PROCESS, HYBRID, REST):
                theirs = figures[f"load/{operation}/{what}/{system}"]
                ratio = theirs.value / ours.value
                figures[f"load/{operation}/{what}_ratio/{system}"] = Figure(ratio, theirs.n, unit="ratio")
    if REST in results:
        figures |= _overhead(figures)
    return figures


def _own(system: str, measured: Measured) -> dict[str, Figure]:
    figures = {f"load/bulk_add/seconds/{system}": Figure(measured.bulk_seconds, 1, unit="s")}
    for operation, name in _NAMES.items():
        seconds = measured.seconds[operation]
        for percent in (50, 95):
            value = percentile_ms(seconds, percent)
            figures[f"load/{name}/p{percent}/{system}"] = Figure(value, len(seconds), unit="ms")
    for k in KS:
        if system == HYBRID and k != KS[0]:
            continue  # its order is not that of the vector scan; only a question that wants all has one answer
        shares = measured.exact[k]
        mean = sum(shares) / len(shares)
        name = _NAMES[f"recall@{k}"]
        figures[f"load/{name}/exactness/{system}"] = Figure(mean, len(shares))
    figures[f"load/rss/{system}"] = Figure(measured.resident_bytes / 2**20, 1, unit="MiB")
    if measured.reopen_seconds is not None:
        figures[f"load/reopen/{system}"] = Figure(1000 * measured.reopen_seconds, 1, unit="ms")
    return figures


def _overhead(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return p50 over REST minus p50 in process, by operation."""
    overhead = {}
    for short, name in (
        ("add", "single_add"),
        ("first_recall", "first_recall"),
        ("recall", "filtered_recall"),
        ("recall_10", "filtered_recall_10"),
        ("delete", "delete"),
    ):
        there, here = figures[f"load/{name}/p50/{REST}"], figures[f"load/{name}/p50/{IN_PROCESS}"]
        overhead[f"load/rest_overhead/{short}_p50_ms"] = Figure(there.value - here.value, there.n, unit="ms")
    return overhead


COLUMNS = (
    "system",
    "bulk s",
    "add ms",
    "first recall ms",
    "recall 60 ms",
    "found",
    "recall 10 ms",
    "found",
    "delete ms",
    "RSS MiB",
    "reopen ms",
)


def rows(figures: Mapping[str, Figure], systems: list[str]) -> list[list[str]]:
    """Return the table's cells."""
    return [_row(figures, system) for system in systems]


def _row(figures: Mapping[str, Figure], system: str) -> list[str]:
    def value(name: str) -> float:
        return figures[f"load/{name}/{system}"].value

    def pair(operation: str) -> str:
        return f"{value(f'{operation}/p50'):.2f}/{value(f'{operation}/p95'):.2f}"

    ten = figures.get(f"load/filtered_recall_10/exactness/{system}")
    reopen = figures.get(f"load/reopen/{system}")
    return [
        system,
        f"{value('bulk_add/seconds'):.2f}",
        pair("single_add"),
        pair("first_recall"),
        pair("filtered_recall"),
        f"{value('filtered_recall/exactness'):.3f}",
        pair("filtered_recall_10"),
        f"{ten.value:.3f}" if ten else "-",
        f"{value('delete/p50'):.2f}",
        f"{value('rss'):.0f}",
        f"{reopen.value:.0f}" if reopen else "-",
    ]
