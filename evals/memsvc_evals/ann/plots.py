"""Recall against latency, and queries per second by processes, as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.ann.measured import Measured, Point
from memsvc_evals.ann.searching import K
from memsvc_evals.reporting.axes import new_axes, plain_ticks

__all__ = ["draw", "frontier"]

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
    figure, axes = new_axes(title, x="p50, milliseconds (left is faster)", y=f"recall@{K}")
    for number, (system, points) in enumerate(curves.items()):
        marker = _MARKERS[number % len(_MARKERS)]
        (line,) = axes.plot(*_places(frontier(points)), marker=marker, label=system)
        beaten = [point for point in points if point not in frontier(points)]
        axes.plot(*_places(beaten), marker, color=line.get_color(), alpha=0.25)
    axes.set_xscale("log")
    plain_ticks(axes.xaxis)
    return _saved(path, figure, axes)


def frontier(points: Sequence[Point]) -> list[Point]:
    """Return the points that no other beats in both time and recall, from fast to exact."""
    best: list[Point] = []
    for point in sorted(points, key=lambda point: (point.p50, -point.recall[K])):
        if not best or point.recall[K] > best[-1].recall[K]:
            best.append(point)
    return best


def _places(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [point.p50 / 1000 for point in points], [point.recall[K] for point in points]


def _rates(path: Path, rates: Mapping[str, Mapping[int, float]], *, title: str) -> Path:
    figure, axes = new_axes(title, x="processes", y="queries per second")
    for number, (system, by_count) in enumerate(rates.items()):
        marker = _MARKERS[number % len(_MARKERS)]
        axes.plot(list(by_count), list(by_count.values()), marker=marker, label=system)
    axes.set_yscale("log")
    plain_ticks(axes.yaxis)
    axes.set_xticks(sorted({count for by_count in rates.values() for count in by_count}))
    return _saved(path, figure, axes)


def _saved(path: Path, figure: Any, axes: Any) -> Path:
    axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    try:
        figure.savefig(path, dpi=110)
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror or error}") from error
    return path
