"""Which notes the guard has looked at in the background, and let in."""

from __future__ import annotations

import numpy as np
from sqlalchemy import bindparam, exists, or_, select

from memsvc.domain.guarding import Decision, Stage
from memsvc.domain.notes import Status
from memsvc.ports.ranking import Rows
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import assessments, reviews
from memsvc_stores.sql.tables import notes

__all__ = ["cleared_rows"]

_LOOKED_AT = exists().where(
    assessments.c.namespace_id == bindparam("namespace"),
    assessments.c.note_row == notes.c.row,
    or_(assessments.c.stage == Stage.PROBE.value, assessments.c.stage == Stage.SCAN.value),
)
_RELEASED = exists().where(
    reviews.c.namespace_id == bindparam("namespace"),
    reviews.c.note_row == notes.c.row,
    reviews.c.decision == Decision.RELEASED.value,
)
_CLEARED = (
    select(notes.c.row)
    .where(
        notes.c.namespace_id == bindparam("namespace"),
        notes.c.status == Status.ACTIVE.value,
        or_(_LOOKED_AT, _RELEASED),
    )
    .order_by(notes.c.row)
)


def cleared_rows(executor: Executor, namespace: int) -> Rows:
    """Return the rows of active notes that were probed, scanned or released, ascending."""
    return np.array([row for (row,) in executor.all(_CLEARED, namespace=namespace)], np.int64)
