"""Searches among a part of the notes: recall against a scan of that part, time against the unfiltered scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Ranked, Rows, VectorIndex, Within
from memsvc_evals.ann.cases.context import Array16, Context, interleaved, median_ratio
from memsvc_evals.ann.ours.opening import open_index
from memsvc_evals.ann.ours.source import JournalSource
from memsvc_evals.ann.searching import K
from memsvc_evals.ann.truth import exact_top, recall
from memsvc_evals.figures import Figure

__all__ = ["filters"]

_SHARES = (0.5, 0.05, 0.005, 0.0005)
_FORMS = ("flat", "paged")
_BLOCK = 100
_RECALLED = 200
_PLAIN = "flat/unfiltered"

Search = Callable[[NDArray[np.float32]], Ranked]


@dataclass(frozen=True, slots=True)
class _Filter:
    """A part of the notes, given to the index as a list of rows or as a range of time."""

    name: str
    notes: Rows
    allowed: Rows | None
    within: Within | None


def filters(context: Context) -> dict[str, Figure]:
    """Return `FORM/filter@SHARE/recall@10`, `.../p50` and `.../p50_ratio/unfiltered-flat`; also for times."""
    source = JournalSource.in_order(context.vectors)
    chosen = _filters(len(context.vectors), np.random.default_rng(context.seed))
    indexes = {form: _built(context, form, source) for form in _FORMS}
    searches: dict[str, Search] = {_PLAIN: _search(indexes["flat"], source, None)}
    searches |= {
        f"{form}/{one.name}": _search(index, source, one) for form, index in indexes.items() for one in chosen
    }
    figures = {}
    for one in chosen:
        for form in _FORMS:
            name = f"{form}/{one.name}"
            share = _recall(searches[name], source, context.queries[:_RECALLED], one.notes)
            figures[f"{name}/recall@{K}"] = Figure(share, min(_RECALLED, len(context.queries)))
    times = interleaved(searches, context.queries, rounds=context.rounds, block=_BLOCK, rng=context.rng())
    for name, medians in times.items():
        figures[f"{name}/p50"] = Figure(float(np.median(medians)), len(medians), unit="us")
        if name != _PLAIN:
            ratio = median_ratio(medians, times[_PLAIN])
            figures[f"{name}/p50_ratio/unfiltered-flat"] = Figure(ratio, len(medians), unit="ratio")
    for index in indexes.values():
        index.close()
    return figures


def _filters(count: int, rng: np.random.Generator) -> list[_Filter]:
    found = []
    for share in _SHARES:
        size = max(1, round(share * count))
        some = np.sort(rng.permutation(count)[:size]) + 1
        found.append(_Filter(f"filter@{share}", some, some, None))
        first = int(rng.integers(1, count - size + 2))
        within = Within(event_from=first, event_to=first + size)
        found.append(_Filter(f"time_filter@{share}", np.arange(first, first + size), None, within))
    return found


def _built(context: Context, form: str, source: JournalSource) -> VectorIndex:
    index = open_index(context.folder / form, form)
    index.rebuild(source, source.state())
    return index


def _search(index: VectorIndex, source: JournalSource, one: _Filter | None) -> Search:
    state = source.state()
    allowed, within = (None, None) if one is None else (one.allowed, one.within)

    def search(query: NDArray[np.float32]) -> Ranked:
        return index.search(source, state, query, k=K, allowed=allowed, within=within)

    return search


def _recall(search: Search, source: JournalSource, queries: Sequence[Array16] | Array16, notes: Rows) -> float:
    asked = np.asarray(queries)
    rows = source.matrix(notes).astype(np.float16)
    best = exact_top(rows, asked, min(K, len(notes)))
    found = []
    for query in asked:
        ids = search(query.astype(np.float32)).rows
        place = np.minimum(np.searchsorted(notes, ids), len(notes) - 1)
        # A note outside of the filter is no answer, however near it is.
        found.append(np.where(notes[place] == ids, place, -1).tolist())
    return float(recall(found, best, K, vectors=rows, queries=asked).mean())
