"""Recall against latency, and queries per second by processes, as PNG files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.ann.measured import Measured, Point
from memsvc_evals.ann.searching import K

__all__ = ["draw"]

_INCHES = (9, 6)
_MARKERS = "osD^v<>ph8*X"


def draw(folder: Path, results: Mapping[str, Measured], *, title: str) -> list[Path]:
    """Write recall-warm.png, recall-cold.png and qps.png, those that there is something for."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, curves in (
        ("warm", {system: measured.warm for system, measured in results.items()}),
        ("cold", {system: measured.cold for system, measured in results.items() if measured.cold}),
    ):
        if any(curves.values()):
            drawn.append(_recall(folder / f"recall-{name}.png", curves, title=f"{title}, {name}"))
    rates = {system: measured.qps for system, measured in results.items() if measured.qps}
    if rates:
        drawn.append(_rates(folder / "qps.png", rates, title=title))
    return drawn


def _recall(path: Path, curves: Mapping[str, list[Point]], *, title: str) -> Path:
    from matplotlib.ticker import FormatStrFormatter

    figure, axes = _axes(title, x="p50, milliseconds", y=f"recall@{K}")
    for number, (system, points) in enumerate(curves.items()):
        ordered = sorted(points, key=lambda point: point.p50)
        times, shares = [point.p50 / 1000 for point in ordered], [point.recall[K] for point in ordered]
        axes.plot(times, shares, marker=_MARKERS[number % len(_MARKERS)], label=system)
    axes.set_xscale("log")
    plain = FormatStrFormatter("%g")
    axes.xaxis.set_major_formatter(plain)
    axes.xaxis.set_minor_formatter(plain)
    return _saved(path, figure, axes)


def _rates(path: Path, rates: Mapping[str, Mapping[int, float]], *, title: str) -> Path:
    figure, axes = _axes(title, x="processes", y="queries per second")
    for number, (system, by_count) in enumerate(rates.items()):
        marker = _MARKERS[number % len(_MARKERS)]
        axes.plot(list(by_count), list(by_count.values()), marker=marker, label=system)
    axes.set_yscale("log")
    axes.set_xticks(sorted({count for by_count in rates.values() for count in by_count}))
    return _saved(path, figure, axes)


def _axes(title: str, *, x: str, y: str) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_INCHES)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(visible=True, alpha=0.3)
    return figure, axes


def _saved(path: Path, figure: Any, axes: Any) -> Path:
    axes.legend(fontsize="small")
    try:
        figure.savefig(path, dpi=110)
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror or error}") from error
    return path
