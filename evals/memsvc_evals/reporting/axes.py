"""Axes to plot on, without pyplot and its global state."""

from __future__ import annotations

from io import StringIO
from typing import Any

__all__ = ["new_axes", "plain_ticks", "svg_of"]

_INCHES = (10.0, 6.0)


def new_axes(title: str, *, x: str, y: str, inches: tuple[float, float] = _INCHES) -> tuple[Any, Any]:
    """Return a figure of matplotlib and its axes, with a faint grid."""
    # Here and not at the top: it takes half a second, and most commands plot nothing.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(visible=True, alpha=0.3)
    return figure, axes


def plain_ticks(axis: Any) -> None:
    """Label a logarithmic axis with 1, 2 and 5 of each power, in plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axis.set_minor_formatter(NullFormatter())


def svg_of(figure: Any) -> str:
    """Return the figure as SVG, the same for the same figure."""
    from matplotlib import rc_context

    written = StringIO()
    with rc_context({"svg.hashsalt": "memsvc"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()
