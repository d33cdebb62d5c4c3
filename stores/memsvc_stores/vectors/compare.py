"""Comparing what an index holds with SQL, and its parts with each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from memsvc.ports.ranking import IndexProblem, NamespaceState, Rows, VectorDelta, VectorSource
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.comparison import Comparison
from memsvc_stores.vectors.delta import changes
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.saving import Saver
from memsvc_stores.vectors.slabs.stored import SlabStored
from memsvc_stores.vectors.snapshot import Snapshot
from memsvc_stores.vectors.structure import structural_problems

__all__ = ["differences", "stored_differences"]

_STORED: Final = "stored"
_CHUNK: Final = 4096


def stored_differences(saver: Saver, source: VectorSource, state: NamespaceState) -> list[IndexProblem]:
    """Compare what is stored, with later changes in mind, with everything that the source has."""
    while True:
        try:
            stored = saver.stored(state.row)
        except Damaged as damage:
            return [_corrupt(str(damage))]
        if stored is None:
            return []
        found = _checked(saver, stored, source=source, state=state)
        if stored.sound():
            return found


def differences(place: str, snapshot: Snapshot, source: VectorSource, state: NamespaceState) -> list[IndexProblem]:
    """Return how a snapshot differs from everything that the source has; rows only, no content. Raises Damaged."""
    return _compared(place, Comparison(snapshot), source, state)


def _checked(
    saver: Saver, stored: SlabStored, *, source: VectorSource, state: NamespaceState
) -> list[IndexProblem]:
    problems = stored.verify()
    if problems:
        return [_corrupt(problem) for problem in problems]
    found: list[IndexProblem] = []
    try:
        snapshot = saver.opened(stored, state)
        if snapshot is None:
            return [IndexProblem("different", f"{_STORED} vectors are of model {stored.meta.model_id}")]
        if snapshot.applied > state.last_sequence:
            return [IndexProblem("stale", f"{_STORED} is a history past sequence {state.last_sequence}")]
        found += [_corrupt(it) for it in structural_problems(stored, Codec.of(stored.meta.dimension))]
        present, later = _brought_up(snapshot, source, state)
        return found + _compared(_STORED, Comparison(present, passed_over=later), source, state)
    except Damaged as damage:
        return [*found, _corrupt(str(damage))]


def _brought_up(snapshot: Snapshot, source: VectorSource, state: NamespaceState) -> tuple[Snapshot, Rows]:
    """Return what is left of a stored snapshot after later changes, and the notes that these have given keys.

    The new keys are not held: they come from the source, so there is nothing to compare.
    """
    base, later = snapshot.base, np.empty(0, np.int64)
    for delta in _blocks(source, after=snapshot.applied, upto=state.last_sequence):
        base = None if base is None else base.revised(changes(delta))
        later = np.union1d(later, delta.note_rows)
    return replace(snapshot, base=base), later


def _compared(
    place: str, comparison: Comparison, source: VectorSource, state: NamespaceState
) -> list[IndexProblem]:
    for delta in _blocks(source, after=0, upto=state.last_sequence):
        comparison.take(delta)
    return [
        IndexProblem(kind, f"{place}: {notes.size} notes, the first in row {int(notes[0])}")
        for kind, notes in comparison.problems().items()
        if notes.size
    ]


def _blocks(source: VectorSource, *, after: int, upto: int) -> Iterator[VectorDelta]:
    while after < upto:
        delta = source.vector_delta(after, limit=_CHUNK)
        yield delta
        if delta.upto <= after:
            return
        after = delta.upto


def _corrupt(problem: str) -> IndexProblem:
    return IndexProblem("corrupt", f"{_STORED}: {problem}")
