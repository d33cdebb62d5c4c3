"""Erasure: nothing of the content stays, the journal keeps tombstones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.ports.storage import PurgeCounts
from memsvc_stores.memory.state import NamespaceData, StoredNote
from memsvc_stores.memory.transaction import Transaction

__all__ = ["drop", "drop_unshared_vectors", "purge"]


def purge(transaction: Transaction, notes: Sequence[NoteId], *, at: datetime, actor: str) -> PurgeCounts:
    """Erase the notes that exist and what only they used."""
    transaction.forget_responses()
    data = transaction.data
    if data is None:
        return PurgeCounts(0, 0, 0, 0)
    gone = [stored for note in dict.fromkeys(notes) if (stored := data.find(note)) is not None]
    for stored in gone:
        _remove(data, stored)
        tombstone = stored.note._replace(version=stored.note.version + 1)
        transaction.journal(tombstone, Operation.PURGED, at=at, actor=actor, patch={})
    erased = {stored.note.id for stored in gone}
    data.journal = [replace(c, patch={}) if c.note in erased else c for c in data.journal]
    return PurgeCounts(
        notes=len(gone),
        keys=sum(len(stored.keys) for stored in gone),
        vectors=drop_unshared_vectors(data, gone),
        sessions=_drop_empty_sessions(data, gone),
    )


def drop(transaction: Transaction) -> PurgeCounts:
    """Erase the namespace."""
    transaction.forget_responses()
    transaction.forget_jobs()
    data, transaction.data = transaction.data, None
    if data is None:
        return PurgeCounts(0, 0, 0, 0)
    keys = sum(len(stored.keys) for stored in data.notes.values())
    return PurgeCounts(len(data.notes), keys, len(data.vectors), len(data.sessions))


def _remove(data: NamespaceData, stored: StoredNote) -> None:
    del data.notes[stored.note.row]
    data.triples.pop(stored.note.row, None)
    for filled in data.epochs.values():
        filled.codes.pop(stored.note.row, None)
    del data.rows[stored.note.id]
    data.strengths.pop(stored.note.row, None)
    data.mentions.pop(stored.note.row, None)
    data.links = {ends: link for ends, link in data.links.items() if stored.note.row not in ends}
    data.derivations = {each for each in data.derivations if stored.note.row not in each}
    if stored.dedupe is not None and data.taken.get(stored.dedupe) == stored.note.id:
        del data.taken[stored.dedupe]


def drop_unshared_vectors(data: NamespaceData, gone: Sequence[StoredNote], *, kept: Collection[str] = ()) -> int:
    """Delete the vectors of keys that no note has any more, but for those kept; return how many."""
    shared = {key.text_hash for stored in data.notes.values() for key in stored.keys}
    orphans = {key.text_hash for stored in gone for key in stored.keys} - shared - set(kept)
    places = [place for place in data.vectors if place[1] in orphans]
    for place in places:
        del data.vectors[place]
    return len(places)


def _drop_empty_sessions(data: NamespaceData, gone: Sequence[StoredNote]) -> int:
    held = {stored.note.session for stored in data.notes.values()}
    empty = {stored.note.session for stored in gone} - held - {None}
    for session in empty:
        if session is not None:
            del data.sessions[session]
    return len(empty)
