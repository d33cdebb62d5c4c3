"""What a vector index must apply, read in few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import and_, bindparam, select

from memsvc.domain.changes import Operation
from memsvc.domain.notes import KeyGroup, KeyKind
from memsvc.domain.selection import VISIBLE
from memsvc.ports.ranking import NamespaceState, VectorDelta
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import journal, keys, notes, vectors
from memsvc_stores.sql.vectors import decode

__all__ = ["empty_delta", "vector_delta"]

_KEYED = frozenset({Operation.CREATED, Operation.REKEYED, Operation.EVOLVED, Operation.REVERTED})
_STATUSES = select(notes.c.row, notes.c.status, notes.c.event_time, notes.c.ingest_time).where(
    notes.c.namespace_id == bindparam("namespace")
)
_VECTORS = (
    select(keys.c.note_row, vectors.c.vector)
    .join_from(
        keys,
        vectors,
        and_(vectors.c.namespace_id == keys.c.namespace_id, vectors.c.text_hash == keys.c.text_hash),
    )
    .where(
        keys.c.namespace_id == bindparam("namespace"),
        vectors.c.namespace_id == bindparam("namespace"),
        vectors.c.model_id == bindparam("model"),
        vectors.c.dimension == bindparam("dimension"),
        among(keys.c.kind, "kinds"),
    )
    .order_by(keys.c.note_row, keys.c.ordinal)
)
_PURGED = (
    select(journal.c.note_row)
    .where(journal.c.namespace_id == bindparam("namespace"), journal.c.operation == Operation.PURGED.value)
    .order_by(journal.c.note_row)
)
_CHANGED = (
    select(journal.c.note_row, journal.c.operation, journal.c.sequence)
    .where(journal.c.namespace_id == bindparam("namespace"), journal.c.sequence > bindparam("after"))
    .order_by(journal.c.sequence)
)
_CHANGED_NEXT = _CHANGED.limit(bindparam("limit"))
_STATUSES_OF = _STATUSES.where(among(notes.c.row, "rows"))
_VECTORS_OF = _VECTORS.where(among(keys.c.note_row, "rows"))
_ALL_STATUSES = _STATUSES.order_by(notes.c.row)


def empty_delta() -> VectorDelta:
    """Return the delta of a namespace that does not exist."""
    return VectorDelta(0, {}, (), np.empty(0, np.int64), np.empty((0, 0), np.float32))


def vector_delta(
    executor: Executor,
    state: NamespaceState,
    after_sequence: int,
    *,
    limit: int | None = None,
    group: KeyGroup | None = None,
) -> VectorDelta:
    """Return the present state of every note with a journal entry past the sequence, of at most `limit`."""
    kinds = KeyKind if group is None else group.kinds
    place = {
        "namespace": state.row,
        "model": state.model.id,
        "dimension": state.model.dimension,
        "kinds": executor.backend.many(sorted(kind.value for kind in kinds)),
    }
    if limit is not None and after_sequence + limit >= state.last_sequence:
        limit = None
    if after_sequence <= 0 and limit is None:
        statuses = executor.all(_ALL_STATUSES, namespace=state.row)
        purged = [row for (row,) in executor.all(_PURGED, namespace=state.row)]
        return _delta(state, statuses, purged, found=executor.all(_VECTORS, **place))
    changed = _changed(executor, state.row, max(after_sequence, 0), limit)
    if not changed:
        return _delta(state, [], [], found=[])
    purged = sorted(row for row, operation, _ in changed if operation == Operation.PURGED)
    rows = executor.backend.many(sorted({row for row, _, _ in changed}))
    keyed = sorted({row for row, operation, _ in changed if operation in _KEYED})
    statuses = executor.all(_STATUSES_OF, namespace=state.row, rows=rows)
    vectors_of = executor.all(_VECTORS_OF, rows=executor.backend.many(keyed), **place)
    found = _delta(state, statuses, purged, found=vectors_of, keyed=keyed)
    return found if limit is None else replace(found, upto=int(changed[-1][2]))


def _changed(executor: Executor, namespace: int, after: int, limit: int | None) -> Sequence[Any]:
    if limit is None:
        return executor.all(_CHANGED, namespace=namespace, after=after)
    return executor.all(_CHANGED_NEXT, namespace=namespace, after=after, limit=limit)


def _delta(
    state: NamespaceState,
    statuses: Sequence[Any],
    purged: Sequence[int],
    *,
    found: Sequence[Any],
    keyed: Collection[int] | None = None,
) -> VectorDelta:
    """Put a delta together; all notes were keyed when `keyed` is None."""
    times = {row: (event, ingest) for row, _, event, ingest in statuses}
    keyless = times.keys() - {row for row, _ in found}
    return VectorDelta(
        upto=state.last_sequence,
        visible={row: status in VISIBLE for row, status, _, _ in statuses},
        purged=purged,
        note_rows=np.fromiter((row for row, _ in found), np.int64, len(found)),
        matrix=decode([blob for _, blob in found], state.model.dimension),
        times=np.array([times[row] for row, _ in found], np.int64).reshape(len(found), 2),
        keyless=sorted(keyless if keyed is None else keyless.intersection(keyed)),
    )
