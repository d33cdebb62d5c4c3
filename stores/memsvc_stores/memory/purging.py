"""Erasure: nothing of the content stays, the journal keeps tombstones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.ports.storage import PurgeCounts
from memsvc_stores.memory.state import NamespaceData, StoredNote
from memsvc_stores.memory.transaction import Transaction

__all__ = ["delete_notes", "drop", "drop_unshared_vectors"]


def delete_notes(transaction: Transaction, rows: Sequence[int], *, at: datetime, actor: str) -> PurgeCounts:
    """Delete notes and what only they used."""
    data = transaction.opened()
    gone = [data.notes[row] for row in rows]
    links, derivations = len(data.links), len(data.derivations)
    triples = sum(len(data.triples.get(row, ())) for row in rows)
    for stored in gone:
        _remove(data, stored)
        tombstone = stored.note._replace(version=stored.note.version + 1)
        transaction.journal(tombstone, Operation.PURGED, at=at, actor=actor, patch={})
    erased = {stored.note.id for stored in gone}
    data.guard.erase(frozenset(rows), erased)
    data.journal = [replace(c, patch={}) if c.note in erased else c for c in data.journal]
    return PurgeCounts(
        notes=len(gone),
        keys=sum(len(stored.keys) for stored in gone),
        vectors=drop_unshared_vectors(data, gone),
        sessions=_drop_empty_sessions(data, gone),
        attributes=sum(stored.attributes is not None for stored in gone),
        links=links - len(data.links),
        derivations=derivations - len(data.derivations),
        triples=triples,
    )


def drop(transaction: Transaction) -> PurgeCounts:
    """Erase the namespace."""
    transaction.forget_responses()
    transaction.forget_jobs()
    data, transaction.data = transaction.data, None
    if data is None:
        return PurgeCounts(0, 0, 0, 0)
    keys = sum(len(stored.keys) for stored in data.notes.values())
    return PurgeCounts(
        notes=len(data.notes),
        keys=keys,
        vectors=len(data.vectors),
        sessions=len(data.sessions),
        attributes=sum(stored.attributes is not None for stored in data.notes.values()),
        links=len(data.links),
        derivations=len(data.derivations),
        triples=sum(map(len, data.triples.values())),
    )


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
