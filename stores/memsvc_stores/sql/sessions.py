"""Writes of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, insert, update

from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Json
from memsvc.domain.time import to_microseconds
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import sessions

__all__ = ["advance_session", "insert_session"]

_INSERT = (
    insert(sessions)
    .values({column.name: bindparam(column.name) for column in sessions.c if column.name != "row"})
    .inline()
)
_ADVANCE = (
    update(sessions)
    .where(sessions.c.namespace_id == bindparam("namespace"), sessions.c.id == bindparam("session"))
    .values(turn_count=bindparam("new_turn_count"), digest=bindparam("new_digest"))
)


def insert_session(
    executor: Executor, namespace: int, session: SessionId, *, started_at: datetime, metadata: Mapping[str, Json]
) -> None:
    executor.run(
        _INSERT,
        namespace_id=namespace,
        id=session,
        started_at=to_microseconds(started_at),
        turn_count=0,
        digest="",
        metadata=executor.backend.metadata(metadata),
    )


def advance_session(
    executor: Executor, namespace: int, session: SessionId, *, turn_count: int, digest: str
) -> bool:
    """Return whether there is such a session."""
    place = {"namespace": namespace, "session": session}
    return executor.run(_ADVANCE, new_turn_count=turn_count, new_digest=digest, **place) > 0
