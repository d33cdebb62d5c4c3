"""Single inserts, deletes and re-inserts: what they cost, and what recall is left against a rebuild."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np

from memsvc.ports.ranking import VectorIndex
from memsvc_evals.ann.cases.context import Context, index_recall
from memsvc_evals.ann.ours.opening import open_index
from memsvc_evals.ann.ours.source import JournalSource
from memsvc_evals.ann.searching import K
from memsvc_evals.figures import Figure

__all__ = ["churn", "growth", "identical"]

_BATCH = 256
_IDENTICAL = 10_000
_FORMS = ("flat", "paged")


class _Writer:
    """Changes an index note by note and saves it every few notes, as the service's worker does."""

    def __init__(self, index: VectorIndex, source: JournalSource) -> None:
        self._index = index
        self._source = source
        self.save_ms: list[float] = []
        self.cpu_seconds = 0.0
        self.changes = 0

    def apply(self, entries: Iterable[int]) -> None:
        """Put and purge (negative) notes one by one, searching nothing, saving after each batch."""
        changes = list(entries)
        for start in range(0, len(changes), _BATCH):
            self._source.change(changes[start : start + _BATCH])
            wall, cpu = time.perf_counter(), time.process_time()
            self._index.save(self._source, self._source.state())
            self.cpu_seconds += time.process_time() - cpu
            self.save_ms.append(1000 * (time.perf_counter() - wall))
        self.changes += len(changes)

    def figures(self, name: str) -> dict[str, Figure]:
        mean = 1e6 * self.cpu_seconds / self.changes
        return {
            f"{name}/cpu_mean": Figure(mean, self.changes, unit="us"),
            f"{name}/save_p50": Figure(float(np.median(self.save_ms)), len(self.save_ms), unit="ms"),
            f"{name}/save_max": Figure(max(self.save_ms), len(self.save_ms), unit="ms"),
        }


def growth(context: Context) -> dict[str, Figure]:
    """Grow from nothing by single inserts: `FORM/growth/recall@10`, `.../rebuilt_recall@10`, CPU per insert."""
    figures: dict[str, Figure] = {}
    count = min(context.notes, len(context.vectors))
    for form in _FORMS:
        source = JournalSource.empty(context.vectors, room=count)
        index = open_index(context.folder / f"growth-{form}", form)
        writer = _Writer(index, source)
        writer.apply(range(1, count + 1))
        figures |= _against_rebuild(f"{form}/growth", index, source, context)
        figures |= writer.figures(f"{form}/growth/insert")
        index.close()
    return figures


def churn(context: Context) -> dict[str, Figure]:
    """Delete a random half and insert as many others: `FORM/churn/recall@10` and CPU per delete and insert."""
    figures: dict[str, Figure] = {}
    count = min(context.notes, len(context.vectors) * 2 // 3)
    for form in _FORMS:
        source = JournalSource.empty(context.vectors, room=2 * count)
        source.change(range(1, count + 1))
        index = open_index(context.folder / f"churn-{form}", form)
        index.rebuild(source, source.state())
        for name, entries in (
            ("delete", [-note for note in context.rng().sample(range(1, count + 1), count // 2)]),
            ("insert", list(range(count + 1, count + 1 + count // 2))),
        ):
            writer = _Writer(index, source)
            writer.apply(entries)
            figures |= writer.figures(f"{form}/churn/{name}")
        figures |= _against_rebuild(f"{form}/churn", index, source, context)
        index.close()
    return figures


def identical(context: Context) -> dict[str, Figure]:
    """Insert 10,000 identical notes: `FORM/identical/found` is the share that one search finds."""
    figures = {}
    for form in _FORMS:
        source = JournalSource.empty(context.vectors[:1], room=_IDENTICAL)
        index = open_index(context.folder / f"identical-{form}", form)
        _Writer(index, source).apply(range(1, _IDENTICAL + 1))
        query = source.matrix(np.array([1]))[0]
        found = index.search(source, source.state(), query, k=_IDENTICAL, allowed=None).rows
        figures[f"{form}/identical/found"] = Figure(len(np.unique(found)) / _IDENTICAL, _IDENTICAL)
        index.close()
    return figures


def _against_rebuild(name: str, index: VectorIndex, source: JournalSource, context: Context) -> dict[str, Figure]:
    living = source.living()
    before = index_recall(index, source, context.queries, living)
    index.rebuild(source, source.state())
    after = index_recall(index, source, context.queries, living)
    n = len(context.queries)
    return {
        f"{name}/recall@{K}": Figure(before, n),
        f"{name}/rebuilt_recall@{K}": Figure(after, n),
        f"{name}/recall_margin/rebuild": Figure(before - after, n),
    }
