"""Erasure of notes with all that repeats their words, and the return of what was merged into it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select, update

from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import CONTENT_ROLES, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Key, KeyKind, Note, Status
from memsvc.domain.revising import changed_by, difference, returning
from memsvc.ports.storage import PurgeCounts
from memsvc_stores.sql.attributes import attributes_of_rows, write_attributes
from memsvc_stores.sql.changing import holder_of, update_note
from memsvc_stores.sql.derivations import descendant_rows, drop_sources
from memsvc_stores.sql.derived_tables import derivations
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.journal import record
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.purging import delete_keys, delete_notes
from memsvc_stores.sql.rekeying import index_words
from memsvc_stores.sql.rows import change_of, key_of, note_of
from memsvc_stores.sql.statements import HISTORY, KEYS_OF_ROWS, NOTES_BY_ROW
from memsvc_stores.sql.tables import journal, notes

__all__ = ["erase"]

_ROWS = select(notes.c.row).where(notes.c.namespace_id == bindparam("namespace"), among(notes.c.id, "ids"))
_MERGED = select(derivations.c.source_row).where(
    derivations.c.namespace_id == bindparam("namespace"),
    among(derivations.c.note_row, "rows"),
    derivations.c.role == Role.MERGE.value,
)
_BLANK_EVOLUTION = (
    update(journal)
    .where(
        journal.c.namespace_id == bindparam("namespace"),
        among(journal.c.note_id, "ids"),
        among(journal.c.operation, "operations"),
    )
    .values(patch="{}")
)
_EVOLUTION = (Operation.EVOLVED.value, Operation.REVERTED.value)


@dataclass(frozen=True, slots=True)
class _Erasure:
    executor: Executor
    namespace: Namespace
    at: datetime
    actor: str

    def notes(self, rows: Collection[int]) -> list[Note]:
        many = self.executor.backend.many
        found = self.executor.all(NOTES_BY_ROW, namespace=self.namespace.row, rows=many(sorted(rows)))
        return sorted(map(note_of, found))

    def change(self, before: Note, after: Note, change: Change) -> None:
        update_note(self.executor, self.namespace.row, before, after)
        record(self.executor, self.namespace, [change])

    def entry(self, note: Note, operation: Operation) -> Change:
        return Change(0, operation, note.row, note.id, self.at, self.actor, note.version)


def erase(
    executor: Executor, namespace: Namespace, ids: Sequence[NoteId], *, at: datetime, actor: str
) -> PurgeCounts:
    """Erase the notes that exist, what was made of their words, and the attributes that evolved from them."""
    many, place = executor.backend.many, namespace.row
    asked = [row for (row,) in executor.all(_ROWS, namespace=place, ids=many(ids))]
    if not asked:
        return PurgeCounts(0, 0, 0, 0)
    gone = {*asked, *descendant_rows(executor, place, asked, roles=CONTENT_ROLES)}
    evolved = descendant_rows(executor, place, gone, roles={Role.EVOLUTION}) - gone
    sources = {row for (row,) in executor.all(_MERGED, namespace=place, rows=many(sorted(gone)))} - gone
    erasure = _Erasure(executor, namespace, at, actor)
    gone_ids = {note.id for note in erasure.notes(gone)}
    counts = _forget_attributes(erasure, evolved)
    counts += delete_notes(executor, namespace, sorted(gone), at=at, actor=actor)
    merged = [note for note in erasure.notes(sources) if note.status is Status.MERGED]
    orphans = [note for note in merged if note.superseded_by in gone_ids]
    restored = sum(_restore(erasure, note) for note in orphans)
    return replace(counts, restored=restored)


def _forget_attributes(erasure: _Erasure, rows: Collection[int]) -> PurgeCounts:
    """Leave notes without attributes, their A-MEM keys, what they evolved from, and words of them in history."""
    if not rows:
        return PurgeCounts(0, 0, 0, 0)
    executor, namespace = erasure.executor, erasure.namespace
    many, ordered = executor.backend.many, sorted(rows)
    had = attributes_of_rows(executor, namespace.row, ordered)
    keys, vectors = delete_keys(executor, namespace, ordered, kinds={KeyKind.AMEM})
    kept: dict[int, list[Key]] = {row: [] for row in ordered}
    for row, *key in executor.all(KEYS_OF_ROWS, namespace=namespace.row, rows=many(ordered)):
        kept[row].append(key_of(key))
    changed = erasure.notes(ordered)
    executor.run(
        _BLANK_EVOLUTION,
        namespace=namespace.row,
        ids=many([note.id for note in changed]),
        operations=many(_EVOLUTION),
    )
    dropped = drop_sources(executor, namespace.row, ordered, roles={Role.EVOLUTION})
    for note in changed:
        write_attributes(executor, namespace.row, note.row, None)
        index_words(executor, namespace, note, kept[note.row])
        after = note._replace(version=note.version + 1)
        erasure.change(note, after, erasure.entry(after, Operation.REVERTED))
    return PurgeCounts(0, keys, vectors, 0, attributes=len(had), derivations=dropped)


def _restore(erasure: _Erasure, note: Note) -> bool:
    """Bring back a note that was merged into an erased one; False if another note says the same by now."""
    holder = holder_of(erasure.executor, erasure.namespace.row, note.row)
    history = erasure.executor.all(HISTORY, namespace=erasure.namespace.row, note=note.id)
    change = returning(note, map(change_of, history), holder=holder, at=erasure.at, actor=erasure.actor)
    after = changed_by(change, note)
    entry = replace(erasure.entry(after, change.operation), patch=difference(note, after, reason=change.reason))
    erasure.change(note, after, entry)
    return holder is None
