"""How often notes were told again and recalled."""

from __future__ import annotations

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.scope import Scope
from memsvc.domain.uses import Uses
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, at, draft, forget, purge, store

UNKNOWN = NoteId("00000000-0000-7000-8000-000000000000")


def counts(storage: Storage, *notes: NoteId, scope: Scope = SCOPE) -> list[tuple[int, int]]:
    with storage.reader(scope) as reader:
        return [(found.sightings, found.recalls) for found in reader.strengths.of(notes)]


def test_a_note_was_seen_once_when_it_was_stored(storage: Storage) -> None:
    tea = draft("tea")
    store(storage, tea)
    with storage.reader(SCOPE) as reader:
        (found,) = reader.strengths.of([tea.id, UNKNOWN])
    assert (found.note, found.sightings, found.recalls, found.last_at) == (tea.id, 1, 0, None)
    assert (found.total, found.used_at) == (1, tea.ingest_time)


def test_sightings_and_recalls_add_up(storage: Storage) -> None:
    tea, other = draft("tea"), draft("other")
    store(storage, tea, other)
    with storage.writer(SCOPE) as writer:
        writer.strengths.sighted([tea.id, tea.id], at=at(5))
        writer.strengths.recalled({tea.id: 3, other.id: 1}, at=at(7))
        writer.strengths.sighted([tea.id], at=at(6))
    assert counts(storage, tea.id, other.id) == [(4, 3), (1, 1)]
    with storage.reader(SCOPE) as reader:
        assert [found.last_at for found in reader.strengths.of([tea.id, other.id])] == [at(7), at(7)]


def test_sightings_are_taken_back_but_for_the_first(storage: Storage) -> None:
    tea, other, third = draft("tea"), draft("other"), draft("third")
    store(storage, tea, other, third)
    with storage.writer(SCOPE) as writer:
        writer.strengths.sighted([tea.id, tea.id, tea.id, other.id], at=at(5))
        writer.strengths.recalled({tea.id: 2}, at=at(5))
        writer.strengths.unsighted({tea.id: 2, other.id: 9, third.id: 1, UNKNOWN: 1})
    assert counts(storage, tea.id, other.id, third.id) == [(2, 2), (1, 0), (1, 0)]


def test_unknown_notes_are_not_counted(storage: Storage) -> None:
    store(storage, draft("tea"))
    with storage.writer(SCOPE) as writer:
        writer.strengths.sighted([UNKNOWN], at=at(5))
        writer.strengths.recalled({UNKNOWN: 1}, at=at(5))
    assert counts(storage, UNKNOWN) == []


def test_another_tenant_counts_and_sees_nothing(storage: Storage) -> None:
    tea = draft("tea")
    row = store(storage, tea)[0].row
    assert row is not None
    intruder = Scope.of("tenant-b", SCOPE.namespace)
    store(storage, draft("mine"), scope=intruder)
    with storage.writer(intruder) as writer:
        writer.strengths.sighted([tea.id], at=at(5))
        assert writer.strengths.of_rows([row]) == []
        assert [held.size for held in writer.strengths.holdings(after_row=0, limit=9)] == [4]
    assert counts(storage, tea.id) == [(1, 0)]


def test_counting_changes_no_version(storage: Storage) -> None:
    tea = draft("tea")
    store(storage, tea)
    with storage.writer(SCOPE) as writer:
        writer.strengths.sighted([tea.id], at=at(5))
    with storage.reader(SCOPE) as reader:
        assert (reader.notes([tea.id])[0].version, len(reader.history(tea.id))) == (1, 1)


def test_holdings_are_what_is_visible_or_pending_in_pages(storage: Storage) -> None:
    gone = draft("gone")
    kept = [draft("é"), draft("pending", status=Status.PENDING), draft("limited", status=Status.LIMITED)]
    store(storage, gone, *kept, draft("held", status=Status.QUARANTINED))
    forget(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        first = reader.strengths.holdings(after_row=0, limit=2)
        rest = reader.strengths.holdings(after_row=first[-1].strength.row, limit=2)
    found = [(held.strength.note, held.status, held.size) for held in (*first, *rest)]
    sizes = (2, 7, 7)
    assert found == [(note.id, note.status, size) for note, size in zip(kept, sizes, strict=True)]


def test_rows_are_found_whatever_their_order(storage: Storage) -> None:
    rows = [added.row for added in store(storage, draft("a"), draft("b")) if added.row is not None]
    with storage.reader(SCOPE) as reader:
        assert [found.row for found in reader.strengths.of_rows([*reversed(rows), 999])] == rows


def test_a_purge_takes_the_counts_along(storage: Storage) -> None:
    tea = draft("tea")
    store(storage, tea)
    with storage.writer(SCOPE) as writer:
        writer.strengths.sighted([tea.id], at=at(5))
    purge(storage, tea.id)
    assert counts(storage, tea.id) == []


def test_a_pending_note_keeps_others_with_its_content_out(storage: Storage) -> None:
    first, second = draft("tea", status=Status.PENDING), draft("tea")
    store(storage, first)
    with storage.writer(SCOPE) as writer:
        assert writer.add([second], actor="a")[0].duplicate_of == first.id


def test_an_export_carries_the_counts(storage: Storage) -> None:
    tea, other = draft("tea"), draft("other")
    store(storage, tea, other)
    with storage.writer(SCOPE) as writer:
        writer.strengths.sighted([tea.id], at=at(5))
        writer.strengths.recalled({tea.id: 3}, at=at(7))
        records = writer.records(after_row=0, limit=9)
    copy = Scope.of(SCOPE.tenant, "copy")
    store(storage, draft("something else, so that the rows differ", keys=["tea", "other"]), scope=copy)
    with storage.writer(copy) as writer:
        for record in records:
            writer.restore_record(record, [])
    assert [record.uses for record in records] == [Uses(1, 3, at(7)), None]
    assert counts(storage, tea.id, other.id, scope=copy) == [(2, 3), (1, 0)]
