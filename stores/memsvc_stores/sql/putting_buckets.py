"""Writes to the buckets of a namespace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import BindParameter, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.time import to_microseconds
from memsvc.errors import InvalidInput, NotFound, ServerFault
from memsvc.ports.hashing import Codes, Epoch, Hashing, LshParameters, Purpose
from memsvc_stores.lsh.kept import to_bytes
from memsvc_stores.sql.buckets import IN_EPOCH, SqlReadBuckets
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.lsh_tables import buckets, lsh_epochs, projections
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.tables import notes

__all__ = ["SqlBuckets"]

_NAMESPACE: BindParameter[int] = bindparam("namespace")
_PROJECTION = select(projections.c.id).where(
    projections.c.seed == bindparam("seed"),
    projections.c.dimension == bindparam("dimension"),
    projections.c.tables == bindparam("tables"),
    projections.c.hashes == bindparam("hashes"),
    projections.c.groups == bindparam("groups"),
)
_ADD_PROJECTION = (
    insert(projections)
    .values({column.name: bindparam(column.name) for column in projections.c if column.name != "id"})
    .on_conflict_do_nothing()
    .inline()
)
_ADD_EPOCH = insert(lsh_epochs).inline()
_LAST = select(func.max(lsh_epochs.c.epoch)).where(lsh_epochs.c.namespace_id == _NAMESPACE)
_OTHERS = select(lsh_epochs.c.epoch).where(
    lsh_epochs.c.namespace_id == _NAMESPACE,
    lsh_epochs.c.purpose == bindparam("of_purpose"),
    lsh_epochs.c.epoch != bindparam("kept"),
)
_ENFORCE = (
    update(lsh_epochs)
    .where(lsh_epochs.c.namespace_id == _NAMESPACE, lsh_epochs.c.epoch == bindparam("number"))
    .values(current=bindparam("is_current"))
)
_DELETE_BUCKETS = delete(buckets).where(
    buckets.c.namespace_id == _NAMESPACE, buckets.c.epoch == bindparam("number")
)
_DELETE_EPOCH = delete(lsh_epochs).where(
    lsh_epochs.c.namespace_id == _NAMESPACE, lsh_epochs.c.epoch == bindparam("number")
)
_KNOWN = (
    select(func.count()).select_from(notes).where(notes.c.namespace_id == _NAMESPACE, among(notes.c.row, "rows"))
)
_LEAVE = delete(buckets).where(buckets.c.namespace_id == _NAMESPACE, among(buckets.c.note_row, "rows"), IN_EPOCH)
_PUT = insert(buckets).inline()


class SqlBuckets(SqlReadBuckets):
    """The buckets as a writer sees them."""

    def open(self, purpose: Purpose, parameters: LshParameters, *, hashing: Hashing, at: datetime) -> Epoch:
        namespace = self._opened()
        for known in (self.epoch(purpose), pending := self.pending(purpose)):
            if known is not None and (known.parameters, known.model_id) == (parameters, namespace.model.id):
                return known
        (last,) = self._all(_LAST)[0]
        if pending is not None:
            self._delete(pending.number)
        row = {
            "namespace_id": namespace.row,
            "epoch": (last or 0) + 1,
            "purpose": purpose.value,
            "projection_id": self._projection(parameters, hashing),
            "model_id": namespace.model.id,
            "current": 0,
            "at": to_microseconds(at),
        }
        self._executor.run_many(_ADD_EPOCH, [row])
        begun = self.pending(purpose)
        assert begun is not None
        return begun

    def put(self, epoch: Epoch, rows: Sequence[int], codes: Codes) -> None:
        wanted = [int(row) for row in rows]
        if codes.shape != (len(wanted), epoch.parameters.tables) or len(set(wanted)) != len(wanted):
            raise InvalidInput(
                f"{len(wanted)} notes and codes of shape {codes.shape} do not fit "
                f"{epoch.parameters.tables} tables, or a note is named twice"
            )
        if not wanted:
            return
        namespace = self._opened()
        listed = self._many(wanted)
        known = self._all(_KNOWN, rows=listed)[0][0]
        if known != len(wanted):
            raise NotFound(f"{len(wanted) - known} of {len(wanted)} notes to put into buckets do not exist")
        self._executor.run(_LEAVE, namespace=namespace.row, rows=listed, epoch=epoch.number)
        numbers = codes + np.arange(codes.shape[1]) * epoch.parameters.codes
        place = {"namespace_id": namespace.row, "epoch": epoch.number}
        self._executor.run_many(
            _PUT,
            [
                {**place, "bucket": bucket, "note_row": row}
                for row, its in zip(wanted, numbers.tolist(), strict=True)
                for bucket in its
            ],
        )

    def enforce(self, epoch: Epoch) -> None:
        place = {"namespace": self._opened().row, "number": epoch.number}
        if not self._executor.run(_ENFORCE, is_current=1, **place):
            raise NotFound(f"there is no epoch {epoch.number} of hash tables any more; open it again")
        for (number,) in self._all(_OTHERS, of_purpose=epoch.purpose.value, kept=epoch.number):
            self._delete(number)

    def _delete(self, number: int) -> None:
        for statement in (_DELETE_BUCKETS, _DELETE_EPOCH):
            self._executor.run(statement, namespace=self._opened().row, number=number)

    def _projection(self, parameters: LshParameters, hashing: Hashing) -> int:
        """Return the id of stored projections; they are drawn if nobody has used them yet."""
        p = parameters
        place = {
            "seed": p.seed,
            "dimension": p.dimension,
            "tables": p.tables,
            "hashes": p.hashes,
            "groups": p.groups,
        }
        found = self._executor.one(_PROJECTION, **place)
        if found is None:
            self._executor.run(_ADD_PROJECTION, matrix=to_bytes(hashing.projections(parameters)), **place)
            found = self._executor.one(_PROJECTION, **place)
        return int(found[0])

    def _opened(self) -> Namespace:
        if self._namespace is None:
            raise ServerFault("a namespace must be opened before notes are put into its buckets")
        return self._namespace
