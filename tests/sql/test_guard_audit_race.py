"""Writers that append to one audit log at the same time never get the same sequence."""

from __future__ import annotations

import threading

import pytest

from memsvc.domain.guarding import AuditEvent
from memsvc.domain.scope import Scope
from memsvc.guard.chain import first_break
from memsvc_stores.sql import SqlStorage
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0


@pytest.mark.parametrize("opened", [False, True])
def test_writers_at_the_same_time_make_one_chain(storage: SqlStorage, opened: bool) -> None:
    ready = threading.Barrier(4)

    def work(number: int) -> None:
        ready.wait(timeout=9)
        for n in range(8):
            with storage.writer(SCOPE) as writer:
                if opened and n == number:
                    writer.open_namespace(MODEL, T0)
                detail = {"worker": number, "n": n}
                writer.guard.append(AuditEvent.SCANNED, note=None, detail=detail, at=T0, actor=ACTOR)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with storage.reader(SCOPE) as reader:
        entries = reader.guard.audit(after=0, limit=99)
    assert [entry.sequence for entry in entries] == list(range(1, 33))
    assert first_break(SCOPE, entries) is None


def test_chains_of_other_scopes_do_not_wait(storage: SqlStorage) -> None:
    other = Scope.of("tenant-b", SCOPE.namespace)
    if storage._backend.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with storage.writer(SCOPE) as held, storage.writer(other) as free:
        held.guard.append(AuditEvent.SCANNED, note=None, detail={}, at=T0, actor=ACTOR)
        assert free.guard.append(AuditEvent.SCANNED, note=None, detail={}, at=T0, actor=ACTOR).sequence == 1
