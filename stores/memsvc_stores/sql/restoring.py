"""Exported notes return under their own ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from memsvc.domain.changes import Change, Operation
from memsvc.domain.records import NoteRecord
from memsvc.domain.selection import HOLDING
from memsvc.errors import Conflict
from memsvc_stores.sql.attributes import write_attributes
from memsvc_stores.sql.derivations import WritableDerivations
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard.assessments import write_assessments
from memsvc_stores.sql.guard.originals import write_originals
from memsvc_stores.sql.guard.reviews import insert_review
from memsvc_stores.sql.inserting import insert_notes, new_note, next_rows
from memsvc_stores.sql.journal import record as record_changes
from memsvc_stores.sql.links import store_links
from memsvc_stores.sql.mentions import WritableMentions
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.statements import NOTES_BY_ID, TAKEN
from memsvc_stores.sql.strengths import write_uses
from memsvc_stores.sql.triples import SqlTriples

__all__ = ["restore"]


def restore(executor: Executor, namespace: Namespace, record: NoteRecord, history: Sequence[Change]) -> bool:
    """Store a note with its history; False when the id exists, Conflict when its place is taken."""
    many = executor.backend.many
    if executor.all(NOTES_BY_ID, namespace=namespace.row, ids=many([record.note.id])):
        return False
    if record.dedupe is not None and record.note.status in HOLDING:
        taken = executor.one(TAKEN, namespace=namespace.row, dedupes=many([record.dedupe]))
        if taken is not None:
            raise Conflict(
                f"note {taken[1]} holds the same content; forget it before note {record.note.id} returns"
            )
    (row,) = next_rows(executor, 1)
    note = record.note._replace(row=row)
    insert_notes(executor, namespace, [new_note(replace(record, note=note))])
    _restore_derived(executor, namespace, record, row)
    changes = [replace(change, note_row=row) for change in history] or [
        Change(0, Operation.CREATED, row, note.id, note.ingest_time, "import", note.version)
    ]
    record_changes(executor, namespace, changes)
    return True


def _restore_derived(executor: Executor, namespace: Namespace, record: NoteRecord, row: int) -> None:
    """Store what was derived from the note; raises NotFound when an earlier note that is named is not there."""
    note = record.note.id
    if record.attributes is not None:
        write_attributes(executor, namespace.row, row, record.attributes)
    if record.mentions:
        WritableMentions(executor, namespace.row).put({note: record.mentions})
    if record.triples:
        SqlTriples(executor, namespace).put({note: record.triples})
    if record.links:
        store_links(executor, namespace.row, record.links)
    if record.derivations:
        WritableDerivations(executor, namespace.row).add(record.derivations)
    if record.uses is not None:
        write_uses(executor, namespace.row, row, record.uses)
    if record.original is not None:
        write_originals(executor, namespace.row, {row: record.original})
    write_assessments(executor, namespace.row, [(row, each) for each in record.assessments])
    if record.review is not None:
        insert_review(executor, namespace.row, row, record.review)
