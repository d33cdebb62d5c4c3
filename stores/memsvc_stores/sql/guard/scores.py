"""What notes score, by detector and bucket."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.notes import Status
from memsvc.ports.guard import BenignScore
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import guard_scores
from memsvc_stores.sql.tables import notes

__all__ = ["active_scores", "write_scores"]

_ACTIVE = (
    select(guard_scores.c.score)
    .join_from(guard_scores, notes, notes.c.row == guard_scores.c.note_row)
    .where(
        guard_scores.c.namespace_id == bindparam("namespace"),
        guard_scores.c.detector == bindparam("detector"),
        guard_scores.c.bucket == bindparam("bucket"),
        notes.c.namespace_id == bindparam("namespace"),
        notes.c.status == Status.ACTIVE.value,
    )
    .order_by(guard_scores.c.note_row.desc())
    .limit(bindparam("limit"))
)
_INSERT = insert(guard_scores)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[guard_scores.c.namespace_id, guard_scores.c.note_row, guard_scores.c.detector],
    set_={name: _INSERT.excluded[name] for name in ("bucket", "score")},
).inline()


def active_scores(
    executor: Executor, namespace: int, detector: str, bucket: str, *, limit: int
) -> NDArray[np.float64]:
    """Return the scores of the newest active notes in a bucket."""
    found = executor.all(_ACTIVE, namespace=namespace, detector=detector, bucket=bucket, limit=limit)
    return np.array([score for (score,) in found], np.float64)


def write_scores(executor: Executor, namespace: int, scored: Iterable[tuple[int, BenignScore]]) -> None:
    """Keep scores of notes by row."""
    executor.run_many(
        _PUT,
        [
            {
                "namespace_id": namespace,
                "note_row": row,
                "detector": each.detector,
                "bucket": each.bucket,
                "score": float(each.score),
            }
            for row, each in scored
        ],
    )
