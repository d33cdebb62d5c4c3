"""Ten thousand small namespaces in turn, under a byte budget that holds a part of them."""

from __future__ import annotations

import numpy as np

from memsvc.ports.ranking import VectorIndex
from memsvc_evals.ann.cases.context import Array16, Context
from memsvc_evals.ann.ours.opening import open_index
from memsvc_evals.ann.ours.source import JournalSource
from memsvc_evals.ann.resources import resident
from memsvc_evals.ann.truth import exact_top, recall
from memsvc_evals.figures import Figure

__all__ = ["namespaces"]

_BUDGET = 256 << 20
_PASSES = 3
_SAMPLES = 10
_MIB = 2**20
# Most namespaces are exact and in RAM while they are open; every tenth is large enough to be coded and stored.
_SMALL, _LARGE, _EVERY = 100, 600, 10


def namespaces(context: Context) -> dict[str, Figure]:
    """Save every namespace, then search all of them in three passes.

    `many/anon_peak` is above the start, `many/growth` the peak of the last pass less that of the first,
    `many/first_right` the share of searches whose best note was right; `many/anon@N%` are samples over time.
    """
    index = open_index(context.folder / "many", "service", memory_bytes=_BUDGET)
    for row in range(1, context.namespaces + 1):
        source = JournalSource.in_order(_part(context, row))
        index.save(source, source.state(row))
    start, right, samples = resident().anon, 0, []
    step = max(1, context.namespaces // _SAMPLES)
    for number in range(_PASSES * context.namespaces):
        right += _right(context, index, number)
        if (number + 1) % step == 0:
            samples.append((resident().anon - start) / _MIB)
    index.close()
    return _figures(samples, right=right, searches=_PASSES * context.namespaces)


def _part(context: Context, row: int) -> Array16:
    """Return the vectors of a namespace, other ones than its neighbours have."""
    size = min(_SMALL if row % _EVERY else _LARGE, len(context.vectors) // 2)
    first = row * _LARGE % (len(context.vectors) - size)
    return context.vectors[first : first + size]


def _right(context: Context, index: VectorIndex, number: int) -> bool:
    """Search the next namespace; say whether it found one as near as the nearest."""
    row = number % context.namespaces + 1
    part = np.asarray(_part(context, row))
    source = JournalSource.in_order(part)
    query = context.queries[number % len(context.queries)]
    found = index.search(source, source.state(row), query.astype(np.float32), k=1, allowed=None).rows
    best = exact_top(part, query[None], 1)
    return bool(recall([(found - 1).tolist()], best, 1, vectors=part, queries=query[None])[0] == 1)


def _figures(samples: list[float], *, right: int, searches: int) -> dict[str, Figure]:
    each = len(samples) // _PASSES
    growth = max(samples[-each:]) - max(samples[:each])
    figures = {
        "many/anon_peak": Figure(max(samples), len(samples), unit="MiB"),
        "many/growth": Figure(growth, len(samples), unit="MiB"),
        "many/first_right": Figure(right / searches, searches),
    }
    return figures | {
        f"many/anon@{100 * (i + 1) // len(samples)}%": Figure(value, 1, unit="MiB")
        for i, value in enumerate(samples)
    }
