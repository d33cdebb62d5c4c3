"""Sentinel questions and what they found."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.guarding import Canary
from memsvc.domain.ids import NoteId
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import canaries

__all__ = ["delete_canary", "expect_no_more", "read_canaries", "write_canary"]

_ALL = (
    select(
        canaries.c.id,
        canaries.c.question,
        canaries.c.expected,
        canaries.c.k,
        canaries.c.at,
        canaries.c.actor,
    )
    .where(canaries.c.namespace_id == bindparam("namespace"))
    .order_by(canaries.c.id)
)
_INSERT = insert(canaries)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[canaries.c.namespace_id, canaries.c.id],
    set_={name: _INSERT.excluded[name] for name in ("question", "expected", "k", "at", "actor")},
).inline()
_ONE = (canaries.c.namespace_id == bindparam("namespace"), canaries.c.id == bindparam("canary"))
_EXPECT = update(canaries).where(*_ONE).values(expected=bindparam("answer"))
_DELETE = delete(canaries).where(*_ONE)


def read_canaries(executor: Executor, namespace: int) -> list[Canary]:
    """Return the canaries by id."""
    return [
        Canary(canary, question, _ids(expected), k, from_microseconds(at), actor)
        for canary, question, expected, k, at, actor in executor.all(_ALL, namespace=namespace)
    ]


def write_canary(executor: Executor, namespace: int, canary: Canary) -> None:
    """Keep a canary in the place of one with the same id."""
    executor.run(
        _PUT,
        namespace_id=namespace,
        id=canary.id,
        question=canary.question,
        expected=json.dumps(canary.expected),
        k=canary.k,
        at=to_microseconds(canary.at),
        actor=canary.actor,
    )


def delete_canary(executor: Executor, namespace: int, canary: str) -> bool:
    """Forget a canary; False when there is none."""
    return executor.run(_DELETE, namespace=namespace, canary=canary) == 1


def expect_no_more(executor: Executor, namespace: int, notes: Collection[NoteId]) -> None:
    """Take notes out of what is expected: they are erased."""
    for canary in read_canaries(executor, namespace):
        left: Sequence[NoteId] = [note for note in canary.expected if note not in notes]
        if len(left) < len(canary.expected):
            executor.run(_EXPECT, namespace=namespace, canary=canary.id, answer=json.dumps(left))


def _ids(expected: str) -> tuple[NoteId, ...]:
    return tuple(NoteId(note) for note in json.loads(expected))
