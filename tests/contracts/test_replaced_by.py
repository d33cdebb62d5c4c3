"""Which notes another one has taken the place of."""

from __future__ import annotations

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.revising import StatusChange
from memsvc.ports.storage import Storage
from tests.support.drafts import ACTOR, SCOPE, at, draft, store


def test_superseded_and_merged_notes_are_found_by_what_replaced_them(storage: Storage) -> None:
    old, part, new, other = (draft(text) for text in ("old", "part", "new", "other"))
    store(storage, old, part, new, other)
    with storage.writer(SCOPE) as writer:
        for each, status in ((part, Status.MERGED), (old, Status.SUPERSEDED)):
            operation = Operation(status.value)
            change = StatusChange(each.id, operation, status, at(9), ACTOR, valid_to=at(9), superseded_by=new.id)
            writer.change_status(change)
    with storage.reader(SCOPE) as reader:
        assert [note.id for note in reader.replaced_by([new.id, other.id])] == [old.id, part.id]
        assert reader.replaced_by([other.id, NoteId("unknown")]) == []


def test_nothing_is_replaced_where_nothing_was_written(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.replaced_by([NoteId("unknown")]) == []
