"""Comparing what an index holds with SQL."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import IndexProblem, NamespaceState, Rows, VectorDelta, VectorSource
from memsvc_stores.vectors import hidden
from memsvc_stores.vectors.base import Base
from memsvc_stores.vectors.delta import additions
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.opened import OpenNamespace
from memsvc_stores.vectors.saving import Saver
from memsvc_stores.vectors.segment import Mask
from memsvc_stores.vectors.slabs.stored import SlabStored
from memsvc_stores.vectors.snapshot import Snapshot

__all__ = ["differences", "stored_differences"]

_STORED = "stored"


def stored_differences(
    saver: Saver, source: VectorSource, state: NamespaceState, truth: VectorDelta
) -> list[IndexProblem]:
    """Compare what is stored, brought up to date in a copy, with everything that the source has."""
    while True:
        try:
            stored = saver.stored(state.row)
        except Damaged as damage:
            return [IndexProblem("corrupt", f"{_STORED}: {damage}")]
        if stored is None:
            return []
        found = _checked(saver, stored, source=source, state=state, truth=truth)
        if stored.sound():
            return found


def _checked(
    saver: Saver, stored: SlabStored, *, source: VectorSource, state: NamespaceState, truth: VectorDelta
) -> list[IndexProblem]:
    problems = stored.verify()
    if problems:
        return [IndexProblem("corrupt", f"{_STORED}: {problem}") for problem in problems]
    try:
        snapshot = saver.opened(stored, state)
        if snapshot is None:
            return [IndexProblem("different", f"{_STORED} vectors are of model {stored.meta.model_id}")]
        if snapshot.applied > state.last_sequence:
            return [IndexProblem("stale", f"{_STORED} is a history past sequence {state.last_sequence}")]
        copy = OpenNamespace()
        copy.start(snapshot)
        copy.apply(source.vector_delta(snapshot.applied))
        return differences(_STORED, copy.snapshot or snapshot, truth)
    except Damaged as damage:
        return [IndexProblem("corrupt", f"{_STORED}: {damage}")]


def differences(place: str, snapshot: Snapshot, truth: VectorDelta) -> list[IndexProblem]:
    """Return how a snapshot differs from everything that the source has; rows only, no content. Raises Damaged."""
    wanted = additions(truth, snapshot.model.dimension)
    rows, matrix, visible = wanted.rows, wanted.matrix, wanted.visible
    held_rows, held_matrix, held_visible = _living(snapshot)
    found: list[IndexProblem] = []
    found += _problem("missing", place, np.setdiff1d(rows, held_rows))
    found += _problem("extra", place, np.setdiff1d(held_rows, rows))
    common = np.intersect1d(rows, held_rows)
    ours, theirs = np.isin(held_rows, common), np.isin(rows, common)
    if not np.array_equal(held_rows[ours], rows[theirs]):
        changed = _uneven(held_rows[ours], rows[theirs])
        return [*found, *_problem("different", place, changed)]
    unequal = _unequal(rows[theirs], held_matrix[ours], matrix[theirs])
    found += _problem("different", place, unequal)
    moved = held_visible[ours] != visible[theirs]
    return [*found, *_problem("stale", place, np.unique(rows[theirs][moved]))]


def _living(snapshot: Snapshot) -> tuple[Rows, Matrix, Mask]:
    tail = snapshot.tail
    parts = [(tail.rows[tail.alive], tail.matrix[tail.alive], tail.visible[tail.alive])]
    if snapshot.base is not None:
        parts.append(_stored(snapshot.base))
    rows, matrix, visible = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(rows, kind="stable")
    return rows[order], matrix[order], visible[order]


def _stored(base: Base) -> tuple[Rows, Matrix, Mask]:
    rows = np.arange(base.stored.meta.rows, dtype=np.int64)
    notes = base.rows.notes(rows)
    living = (notes != -1) & ~hidden.has(base.removed, rows)
    kept = rows[living]
    return notes[living], base.rows.vectors(kept), ~hidden.has(base.hidden, kept)


def _unequal(rows: Rows, held: Matrix, wanted: Matrix) -> Rows:
    """Return the notes whose keys differ, in whatever order the keys of a note stand."""
    held = held[np.lexsort((*held.T, rows))]
    ordered = wanted[np.lexsort((*wanted.T, rows))]
    return np.unique(rows[(held != ordered).any(axis=1)])


def _uneven(held: Rows, wanted: Rows) -> Rows:
    """Return the notes of which there are more keys on one side."""
    notes, counts = np.unique(held, return_counts=True)
    expected = np.unique(wanted, return_counts=True)[1]
    uneven: Rows = notes[counts != expected]
    return uneven


def _problem(kind: str, place: str, rows: Rows) -> Iterator[IndexProblem]:
    if rows.size:
        yield IndexProblem(kind, f"{place}: {rows.size} notes, the first in row {int(rows[0])}")
