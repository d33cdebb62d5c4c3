"""Export and import of what the guard knows of notes."""

from __future__ import annotations

from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.notes import Origin, OriginSpan, Status
from memsvc.ports.storage import Storage
from tests.contracts.test_guard_notes import PROBED, REVIEW, WRITTEN
from tests.contracts.test_records import COPY, export, restore_all, without_rows
from tests.support.drafts import ACTOR, SCOPE, change, draft, store


def fill(storage: Storage) -> None:
    read = draft("a web page", origin=Origin.UNTRUSTED_DOCUMENT, trust=0.2)
    store(storage, read)
    spans = (OriginSpan(0, 5, Origin.DIRECT_USER), OriginSpan(5, 9, Origin.TOOL_EXTERNAL))
    note = draft("said quoted", origins=spans, original="sa\u200bid quoted", parents=(read.id,))
    store(storage, note)
    change(storage, note.id, Operation.QUARANTINED, Status.QUARANTINED)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_assessments({note.id: PROBED})
        writer.guard.put_assessments({note.id: WRITTEN})
        writer.guard.put_review(note.id, REVIEW)


def test_records_have_what_the_guard_knows(storage: Storage) -> None:
    fill(storage)
    with storage.reader(SCOPE) as reader:
        read, note = reader.records(after_row=0, limit=9)
    assert (read.original, read.assessments, read.review, read.note.origins) == (None, (), None, ())
    assert (note.original, note.assessments, note.review) == ("sa\u200bid quoted", (WRITTEN, PROBED), REVIEW)
    assert (note.note.principal, len(note.note.origins)) == (ACTOR, 2)
    assert note.derivations == (Derivation(note.note.id, read.note.id, Role.INFORMED),)


def test_a_copy_has_the_same_records(storage: Storage) -> None:
    fill(storage)
    records = export(storage)
    assert restore_all(storage, records) == [True, True]
    assert without_rows(export(storage, COPY)) == without_rows(records)


def test_a_copy_is_reviewed_as_the_original_was(storage: Storage) -> None:
    fill(storage)
    restore_all(storage, export(storage))
    with storage.reader(COPY) as reader:
        assert reader.guard.waiting(after_row=0, limit=9) == []
