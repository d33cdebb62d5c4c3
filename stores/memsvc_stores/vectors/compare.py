"""Comparing what an index holds with SQL."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import IndexProblem, NamespaceState, Rows, VectorDelta, VectorSource
from memsvc_stores.vectors.delta import additions
from memsvc_stores.vectors.generation import open_generation
from memsvc_stores.vectors.manifest import Damaged
from memsvc_stores.vectors.names import generations, leftovers
from memsvc_stores.vectors.opened import OpenNamespace
from memsvc_stores.vectors.segment import Mask, Snapshot
from memsvc_stores.vectors.shelf import Shelf

__all__ = ["differences", "on_disk"]


def on_disk(shelf: Shelf, source: VectorSource, state: NamespaceState, truth: VectorDelta) -> list[IndexProblem]:
    """Compare the newest generation, brought up to date in a copy, with everything that the source has."""
    found = [IndexProblem("extra", f"{path} is left over") for path in leftovers(shelf.home(state.row))]
    newest = generations(shelf.home(state.row))[-1:]
    for path in newest:
        try:
            stored = open_generation(path, namespace=state.row)
        except Damaged as damage:
            return [*found, IndexProblem("corrupt", f"{path}: {damage}")]
        if not stored.of(state.model):
            return [*found, IndexProblem("different", f"{path} is of model {stored.model_id}")]
        if stored.applied > state.last_sequence:
            return [*found, IndexProblem("stale", f"{path} is of a history past sequence {state.last_sequence}")]
        copy = OpenNamespace()
        copy.start(stored)
        copy.apply(source.vector_delta(stored.applied))
        found += differences(str(path), copy.snapshot or stored, truth)
    return found


def differences(place: str, snapshot: Snapshot, truth: VectorDelta) -> list[IndexProblem]:
    """Return how a snapshot differs from everything that the source has; rows only, no content."""
    rows, matrix, visible = additions(truth, snapshot.dimension)
    held_rows, held_matrix, held_visible = _living(snapshot)
    found: list[IndexProblem] = []
    found += _problem("missing", place, np.setdiff1d(rows, held_rows))
    found += _problem("extra", place, np.setdiff1d(held_rows, rows))
    common = np.intersect1d(rows, held_rows)
    ours, theirs = np.isin(held_rows, common), np.isin(rows, common)
    if not np.array_equal(held_rows[ours], rows[theirs]):
        changed = _uneven(held_rows[ours], rows[theirs])
        return [*found, *_problem("different", place, changed)]
    unequal = (held_matrix[ours] != matrix[theirs]).any(axis=1)
    found += _problem("different", place, np.unique(rows[theirs][unequal]))
    moved = held_visible[ours] != visible[theirs]
    return [*found, *_problem("stale", place, np.unique(rows[theirs][moved]))]


def _living(snapshot: Snapshot) -> tuple[Rows, Matrix, Mask]:
    alive = np.concatenate((snapshot.base.alive, snapshot.tail.alive))
    rows = np.concatenate((snapshot.base.rows, snapshot.tail.rows))[alive]
    order = np.argsort(rows, kind="stable")
    matrix = np.concatenate((snapshot.base.matrix, snapshot.tail.matrix))[alive][order]
    visible = np.concatenate((snapshot.base.visible, snapshot.tail.visible))[alive][order]
    return rows[order], matrix, visible


def _uneven(held: Rows, wanted: Rows) -> Rows:
    """Return the notes of which there are more keys on one side."""
    notes, counts = np.unique(held, return_counts=True)
    expected = np.unique(wanted, return_counts=True)[1]
    uneven: Rows = notes[counts != expected]
    return uneven


def _problem(kind: str, place: str, rows: Rows) -> Iterator[IndexProblem]:
    if rows.size:
        yield IndexProblem(kind, f"{place}: {rows.size} notes, the first in row {int(rows[0])}")
