"""The audit log: a chain for each scope that outlives its namespace; canaries and the probe's seed."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from memsvc.domain.guarding import AuditEntry, AuditEvent, Canary
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json
from memsvc.domain.scope import Scope
from memsvc.errors import ServerFault
from memsvc.guard.chain import first_break
from memsvc.ports.storage import Storage
from tests.support.drafts import ACTOR, SCOPE, T0, Interrupted, at, draft, purge, store

OTHER = Scope.of("tenant-b", SCOPE.namespace)
NOTE = NoteId("018df9e2-0000-7000-8000-000000000000")
DETAIL: dict[str, Json] = {"p": 0.1, "n": 1, "ö": ["\u0000", None, True], "deep": {"b": 1e-300, "a": 2.0}}


def append(storage: Storage, number: int, scope: Scope = SCOPE) -> AuditEntry:
    with storage.writer(scope) as writer:
        return writer.guard.append(AuditEvent.SCANNED, note=None, detail={"n": number}, at=at(number), actor="a")


def append_then_fail(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.guard.append(AuditEvent.FAILED, note=None, detail={}, at=T0, actor=ACTOR)
        raise Interrupted


def chain(storage: Storage, scope: Scope = SCOPE) -> list[AuditEntry]:
    with storage.reader(scope) as reader:
        return reader.guard.audit(after=0, limit=99)


def put_canaries(storage: Storage, *canaries: Canary) -> None:
    with storage.writer(SCOPE) as writer:
        for canary in canaries:
            writer.guard.put_canary(canary)


def canaries(storage: Storage, scope: Scope = SCOPE) -> list[Canary]:
    with storage.reader(scope) as reader:
        return reader.guard.canaries()


def test_an_entry_is_read_as_it_was_appended(storage: Storage) -> None:
    local = at(0.000001).astimezone(timezone(timedelta(hours=-3)))
    with storage.writer(SCOPE) as writer:
        entry = writer.guard.append(AuditEvent.BLOCKED, note=NOTE, detail=DETAIL, at=local, actor="ä")
        assert writer.guard.head() == entry
    (kept,) = chain(storage)
    assert kept == entry
    assert (kept.sequence, kept.at, kept.event, kept.note) == (1, local, AuditEvent.BLOCKED, NOTE)
    assert kept.detail == DETAIL
    assert first_break(SCOPE, [kept]) is None


def test_entries_are_counted_for_each_scope(storage: Storage) -> None:
    for number in range(3):
        append(storage, number)
        append(storage, number, OTHER)
    for scope in (SCOPE, OTHER):
        assert [entry.sequence for entry in chain(storage, scope)] == [1, 2, 3]
        assert first_break(scope, chain(storage, scope)) is None
    assert first_break(OTHER, chain(storage)) is not None


def test_entries_are_read_by_pages(storage: Storage) -> None:
    entries = [append(storage, number) for number in range(3)]
    with storage.reader(SCOPE) as reader:
        assert reader.guard.audit(after=1, limit=1) == entries[1:2]
        assert reader.guard.audit(after=2, limit=9) == entries[2:]
        assert reader.guard.audit(after=3, limit=9) == []
        assert reader.guard.head() == entries[2]


def test_no_entry_is_left_of_a_write_that_failed(storage: Storage) -> None:
    append(storage, 1)
    with pytest.raises(Interrupted):
        append_then_fail(storage)
    assert append(storage, 2).sequence == 2
    assert first_break(SCOPE, chain(storage)) is None


def test_the_chain_goes_on_when_its_namespace_is_dropped(storage: Storage) -> None:
    store(storage, draft("a"))
    append(storage, 1)
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
        writer.guard.append(AuditEvent.POLICY, note=None, detail={}, at=T0, actor=ACTOR)
    append(storage, 3)
    store(storage, draft("b"))
    append(storage, 4)
    assert [entry.sequence for entry in chain(storage)] == [1, 2, 3, 4]
    assert first_break(SCOPE, chain(storage)) is None


def test_there_is_no_entry_before_the_first(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.guard.head() is None
        assert reader.guard.audit(after=0, limit=9) == []


def test_canaries_are_kept_by_id(storage: Storage) -> None:
    store(storage, draft("a"))
    first, second = Canary("c-1", "what?", (NOTE,), 5, at(1), "a"), Canary("c-2", "who?", (), 3, at(2), "b")
    put_canaries(storage, second, Canary("c-1", "when?", (), 9, at(0), "c"), first)
    assert canaries(storage) == [first, second]
    with storage.writer(SCOPE) as writer:
        assert [writer.guard.delete_canary("c-1"), writer.guard.delete_canary("c-1")] == [True, False]
    assert canaries(storage) == [second]
    assert canaries(storage, OTHER) == []


def test_a_canary_expects_no_erased_note(storage: Storage) -> None:
    gone, kept = draft("gone"), draft("kept")
    store(storage, gone, kept)
    put_canaries(storage, Canary("c", "what?", (gone.id, kept.id), 5, at(1), "a"))
    purge(storage, gone.id)
    assert [canary.expected for canary in canaries(storage)] == [(kept.id,)]


def test_the_first_seed_stays(storage: Storage) -> None:
    store(storage, draft("a"))
    with storage.reader(SCOPE) as reader:
        assert reader.guard.seed() is None
    with storage.writer(SCOPE) as writer:
        assert [writer.guard.open_seed(b"\x00first"), writer.guard.open_seed(b"second")] == [b"\x00first"] * 2
    with storage.reader(SCOPE) as reader:
        assert reader.guard.seed() == b"\x00first"


def test_a_namespace_must_be_opened_before_canaries_and_seeds_are_kept(storage: Storage) -> None:
    with pytest.raises(ServerFault, match="opened"), storage.writer(SCOPE) as writer:
        writer.guard.open_seed(b"seed")
    with pytest.raises(ServerFault, match="opened"):
        put_canaries(storage, Canary("c", "what?", (), 5, T0, "a"))
    with storage.writer(SCOPE) as writer:
        assert not writer.guard.delete_canary("c")


def test_a_dropped_namespace_has_no_canary_and_no_seed(storage: Storage) -> None:
    store(storage, draft("a"))
    put_canaries(storage, Canary("c", "what?", (), 5, T0, "a"))
    with storage.writer(SCOPE) as writer:
        writer.guard.open_seed(b"first")
        writer.drop_namespace(at=T0, actor=ACTOR)
    store(storage, draft("b"))
    assert canaries(storage) == []
    with storage.reader(SCOPE) as reader:
        assert reader.guard.seed() is None
