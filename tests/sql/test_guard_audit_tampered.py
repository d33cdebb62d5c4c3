"""An audit log that somebody has changed in the database: it is read and checked all the same, and goes on."""

from __future__ import annotations

import pytest

from memsvc.domain.guarding import AuditEntry, AuditEvent
from memsvc.guard.chain import first_break
from memsvc_stores.sql import SqlStorage
from tests.support.drafts import ACTOR, SCOPE, T0

UNREADABLE = ["detail = '{'", "detail = '[1]'", "event = 'opened'", "at = 9223372036854775807"]


def append(storage: SqlStorage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.guard.append(AuditEvent.SCANNED, note=None, detail={"n": 1}, at=T0, actor=ACTOR)


def chain(storage: SqlStorage) -> list[AuditEntry]:
    with storage.reader(SCOPE) as reader:
        return reader.guard.audit(after=0, limit=9)


def tamper(storage: SqlStorage, change: str, *, sequence: int) -> None:
    with storage._engines.write.begin() as connection:
        connection.exec_driver_sql(f"UPDATE audit SET {change} WHERE sequence = {sequence}")


@pytest.mark.parametrize("change", UNREADABLE)
def test_an_entry_that_cannot_be_read_is_a_break(storage: SqlStorage, change: str) -> None:
    for _ in range(3):
        append(storage)
    tamper(storage, change, sequence=2)
    entries = chain(storage)
    assert [entry.event for entry in entries] == [
        AuditEvent.SCANNED,
        AuditEvent.UNREADABLE,
        AuditEvent.SCANNED,
    ]
    found = first_break(SCOPE, entries)
    assert found is not None
    assert found.sequence == 2


@pytest.mark.parametrize("change", UNREADABLE)
def test_the_log_goes_on_after_an_entry_that_cannot_be_read(storage: SqlStorage, change: str) -> None:
    append(storage)
    tamper(storage, change, sequence=1)
    append(storage)
    first, second = chain(storage)
    assert (second.sequence, second.previous) == (2, first.hash)
