"""Buckets of a namespace: which epochs there are, who is in which bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import BindParameter, bindparam, select

from memsvc.domain.selection import VISIBLE
from memsvc.ports.hashing import Codes, Epoch, LshParameters, Purpose
from memsvc.ports.ranking import Rows
from memsvc_stores.lsh.kept import KeptProjections
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.lsh_tables import buckets, lsh_epochs, projections
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.tables import notes

__all__ = ["IN_EPOCH", "SqlReadBuckets"]

_NAMESPACE: BindParameter[int] = bindparam("namespace")
_EPOCH = (
    select(
        lsh_epochs.c.epoch,
        lsh_epochs.c.model_id,
        projections.c.id,
        projections.c.dimension,
        projections.c.groups,
        projections.c.hashes,
        projections.c.tables,
        projections.c.seed,
    )
    .join_from(lsh_epochs, projections, projections.c.id == lsh_epochs.c.projection_id)
    .where(
        lsh_epochs.c.namespace_id == _NAMESPACE,
        lsh_epochs.c.purpose == bindparam("purpose"),
        lsh_epochs.c.current == bindparam("is_current"),
    )
)
_MATRIX = select(projections.c.matrix).where(projections.c.id == bindparam("id"))
_IN_BUCKETS = (
    buckets.c.namespace_id == _NAMESPACE,
    buckets.c.epoch == bindparam("epoch"),
    among(buckets.c.bucket, "buckets"),
)
_MEMBERS = select(buckets.c.note_row).where(*_IN_BUCKETS).distinct()
_ARE_VISIBLE = select(notes.c.row).where(
    notes.c.namespace_id == _NAMESPACE, among(notes.c.row, "rows"), among(notes.c.status, "statuses")
)
# An expression: by a plain column PostgreSQL, until it has statistics, reads the whole epoch in the primary key.
IN_EPOCH = buckets.c.epoch + 0 == bindparam("epoch")
_CODES = select(buckets.c.note_row, buckets.c.bucket).where(
    buckets.c.namespace_id == _NAMESPACE, among(buckets.c.note_row, "rows"), IN_EPOCH
)


class SqlReadBuckets:
    """The buckets as a reader sees them; `namespace` is None where nothing was ever written."""

    def __init__(self, executor: Executor, namespace: Namespace | None, kept: KeptProjections) -> None:
        self._executor = executor
        self._namespace = namespace
        self._projections = kept

    def epoch(self, purpose: Purpose) -> Epoch | None:
        return self._epoch(purpose, current=True)

    def pending(self, purpose: Purpose) -> Epoch | None:
        return self._epoch(purpose, current=False)

    def members(self, epoch: Epoch, codes: Codes, *, hidden: bool = False) -> Rows:
        numbers = (np.arange(len(codes))[:, None] * epoch.parameters.codes + codes).ravel()
        found = self._all(_MEMBERS, epoch=epoch.number, buckets=self._many(np.unique(numbers).tolist()))
        rows = [row for (row,) in found]
        if rows and not hidden:
            visible = self._all(_ARE_VISIBLE, rows=self._many(rows), statuses=self._many(sorted(VISIBLE)))
            rows = [row for (row,) in visible]
        return np.array(sorted(rows), np.int64)

    def codes(self, epoch: Epoch, rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for row, bucket in self._all(_CODES, rows=self._many(int(row) for row in rows), epoch=epoch.number):
            found.setdefault(row, []).append(bucket)
        return {row: tuple(each % epoch.parameters.codes for each in sorted(found[row])) for row in sorted(found)}

    def _epoch(self, purpose: Purpose, *, current: bool) -> Epoch | None:
        found = self._all(_EPOCH, purpose=purpose.value, is_current=int(current))
        if not found:
            return None
        number, model, projection, dimension, groups, hashes, tables, seed = found[0]
        parameters = LshParameters(dimension, groups, hashes, tables, seed)
        matrix = self._projections.get(
            projection, parameters, lambda: bytes(self._executor.one(_MATRIX, id=projection)[0])
        )
        return Epoch(number, purpose, parameters, model, matrix)

    def _all(self, statement: Any, **values: Any) -> Sequence[Any]:
        if self._namespace is None:
            return []
        return self._executor.all(statement, namespace=self._namespace.row, **values)

    def _many(self, values: Any) -> Any:
        return self._executor.backend.many(values)
