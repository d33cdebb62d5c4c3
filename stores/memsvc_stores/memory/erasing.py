"""Erasure of notes with all that repeats their words, and the return of what was merged into it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.domain.derivations import CONTENT_ROLES, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import KeyKind, Status, lexical_fields
from memsvc.domain.revising import changed_by, difference, returning
from memsvc.ports.storage import PurgeCounts
from memsvc_stores.lexical import Analyzer
from memsvc_stores.memory.derivations import descendant_rows
from memsvc_stores.memory.lexical import counts_of
from memsvc_stores.memory.purging import delete_notes, drop_unshared_vectors
from memsvc_stores.memory.state import NamespaceData, StoredNote
from memsvc_stores.memory.transaction import Transaction

__all__ = ["erase"]

_EVOLUTION = frozenset({Operation.EVOLVED, Operation.REVERTED})


def erase(
    transaction: Transaction, notes: Sequence[NoteId], *, analyzer: Analyzer, at: datetime, actor: str
) -> PurgeCounts:
    """Erase the notes that exist, what was made of their words, and the attributes that evolved from them."""
    transaction.forget_responses()
    data = transaction.data
    asked = [] if data is None else [data.rows[note] for note in notes if note in data.rows]
    if data is None or not asked:
        return PurgeCounts(0, 0, 0, 0)
    gone = {*asked, *descendant_rows(data, asked, roles=CONTENT_ROLES)}
    evolved = descendant_rows(data, gone, roles={Role.EVOLUTION}) - gone
    gone_ids = {data.notes[row].note.id for row in gone}
    merged = {source for note, source, role in data.derivations if note in gone and role is Role.MERGE} - gone
    counts = _forget_attributes(transaction, evolved, analyzer, at=at, actor=actor)
    counts += delete_notes(transaction, sorted(gone), at=at, actor=actor)
    orphans = [
        stored
        for stored in (data.notes[row] for row in sorted(merged))
        if stored.note.status is Status.MERGED and stored.note.superseded_by in gone_ids
    ]
    restored = sum(_restore(transaction, stored, at=at, actor=actor) for stored in orphans)
    return replace(counts, restored=restored)


def _forget_attributes(
    transaction: Transaction, rows: Collection[int], analyzer: Analyzer, *, at: datetime, actor: str
) -> PurgeCounts:
    """Leave notes without attributes, their A-MEM keys, what they evolved from, and words of them in history."""
    data = transaction.opened()
    before = [data.notes[row] for row in sorted(rows)]
    _blank_evolution(data, {stored.note.id for stored in before})
    dropped = {each for each in data.derivations if each[0] in rows and each[2] is Role.EVOLUTION}
    data.derivations -= dropped
    for stored in before:
        keys = tuple(key for key in stored.keys if key.kind is not KeyKind.AMEM)
        note = stored.note._replace(version=stored.note.version + 1)
        words = counts_of(analyzer.prepare(*lexical_fields(note.content, note.turns, keys)))
        sequence = transaction.journal(note, Operation.REVERTED, at=at, actor=actor, patch={})
        bare = replace(stored, note=note, keys=keys, words=words, attributes=None, keyed_at=sequence)
        transaction.update(bare)
    amem = sum(key.kind is KeyKind.AMEM for stored in before for key in stored.keys)
    had = sum(stored.attributes is not None for stored in before)
    vectors = drop_unshared_vectors(data, before)
    return PurgeCounts(0, amem, vectors, 0, attributes=had, derivations=len(dropped))


def _blank_evolution(data: NamespaceData, notes: Collection[NoteId]) -> None:
    data.journal = [
        replace(change, patch={}) if change.note in notes and change.operation in _EVOLUTION else change
        for change in data.journal
    ]


def _restore(transaction: Transaction, stored: StoredNote, *, at: datetime, actor: str) -> bool:
    """Bring back a note that was merged into an erased one; False if another note says the same by now."""
    data = transaction.opened()
    holder = None if stored.dedupe is None else data.taken.get(stored.dedupe)
    history = [change for change in data.journal if change.note == stored.note.id]
    change = returning(stored.note, history, holder=holder, at=at, actor=actor)
    after = changed_by(change, stored.note)
    transaction.update(replace(stored, note=after))
    patch = difference(stored.note, after, reason=change.reason)
    transaction.journal(after, change.operation, at=at, actor=actor, patch=patch)
    return holder is None
