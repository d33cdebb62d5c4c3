"""The kinds of plot in reports, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memsvc_evals.reporting.axes import new_axes, plain_ticks, svg_of

__all__ = ["Spot", "bars", "distributions", "lines", "spots"]

_INCHES = (9.0, 4.2)
_COLOURS = ("#2563a8", "#e08a1e", "#3d8f5a", "#a8437d", "#6b7280")
_MARKERS = "osD^v"
_BAR_SPACE = 0.8


@dataclass(frozen=True, slots=True)
class Spot:
    """A point with its name; `low` and `high` are the ends of its interval in y."""

    name: str
    x: float
    y: float
    low: float
    high: float


def bars(title: str, groups: Sequence[str], series: Mapping[str, Sequence[float]], *, y: str) -> str:
    """Draw a fraction for each group, one bar of each series side by side, with its value above."""
    figure, axes = new_axes(title, x="", y=y, inches=_INCHES)
    width = _BAR_SPACE / max(1, len(series))
    for number, (name, values) in enumerate(series.items()):
        places = [place + (number - (len(series) - 1) / 2) * width for place in range(len(groups))]
        drawn = axes.bar(places, values, width, label=name, color=_COLOURS[number % len(_COLOURS)])
        axes.bar_label(drawn, fmt="%.2f", fontsize="x-small", padding=1)
    axes.set_xticks(range(len(groups)), [group.replace(" ", "\n", 1) for group in groups], fontsize="small")
    axes.grid(visible=False, axis="x")
    axes.set_ylim(0, 1.12)
    axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return svg_of(figure)


def lines(title: str, series: Mapping[str, Sequence[tuple[int, float]]], *, x: str, y: str) -> str:
    """Draw fractions against a number that grows by powers, such as k."""
    figure, axes = new_axes(title, x=x, y=y, inches=_INCHES)
    for number, (name, points) in enumerate(series.items()):
        places, values = zip(*points, strict=True)
        style = {"marker": _MARKERS[number % len(_MARKERS)], "color": _COLOURS[number % len(_COLOURS)]}
        axes.plot(places, values, label=name, **style)
    ticks = sorted({place for points in series.values() for place, _ in points})
    axes.set_xscale("log")
    axes.set_xticks(ticks, map(str, ticks))
    axes.minorticks_off()
    axes.set_ylim(0, 1.03)
    axes.legend(fontsize="small", loc="lower right")
    return svg_of(figure)


def distributions(title: str, series: Mapping[str, Sequence[float]], *, x: str) -> str:
    """Draw, on a logarithmic axis, which fraction of the values is at most so large; values must be positive."""
    figure, axes = new_axes(title, x=x, y="fraction at most so long", inches=_INCHES)
    for number, (name, values) in enumerate(series.items()):
        axes.ecdf(values, label=f"{name} (n={len(values)})", color=_COLOURS[number % len(_COLOURS)])
    for percent in (0.5, 0.95):
        axes.axhline(percent, color="#6b7280", linewidth=0.7, linestyle=":")
        axes.annotate(f"p{100 * percent:.0f}", (1.005, percent), xycoords=("axes fraction", "data"), va="center")
    axes.set_xscale("log")
    plain_ticks(axes.xaxis)
    axes.legend(fontsize="small", loc="lower right")
    return svg_of(figure)


def spots(title: str, points: Sequence[Spot], *, x: str, y: str) -> str:
    """Draw named points with their intervals."""
    figure, axes = new_axes(title, x=x, y=y, inches=_INCHES)
    for number, point in enumerate(points):
        error = [[point.y - point.low], [point.high - point.y]]
        style = {"fmt": _MARKERS[number % len(_MARKERS)], "color": _COLOURS[number % len(_COLOURS)]}
        axes.errorbar(point.x, point.y, yerr=error, capsize=3, label=point.name, **style)
    axes.set_ylim(0, 1.03)
    axes.set_xlim(0, 1.08 * max(point.x for point in points))
    axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return svg_of(figure)
