"""Export and import of a namespace, without loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from memsvc.domain.changes import Change
from memsvc.domain.notes import Session
from memsvc.domain.receipts import Actor, Imported
from memsvc.domain.records import NoteRecord
from memsvc.domain.scope import Scope
from memsvc.domain.selection import HOLDING
from memsvc.memory.attempts import until_current
from memsvc.memory.context import Context
from memsvc.memory.embedding import put_vectors, without_vectors
from memsvc.memory.guarding.recording import queue_scan_of_imported
from memsvc.memory.hashing import hash_notes
from memsvc.memory.importing import as_trusted
from memsvc.memory.look_up import existing_namespace
from memsvc.ports.storage import Writer

__all__ = ["export_notes", "export_sessions", "import_note", "import_session"]

_PAGE = 500


def export_sessions(context: Context, scope: Scope) -> Iterator[tuple[Session, str]]:
    """Yield every session with the digest of its turns, page by page; raises NotFound."""
    after = 0
    while True:
        with context.storage.reader(scope) as reader:
            existing_namespace(reader)
            page = [
                (item, reader.session_digest(item.id))
                for item in reader.sessions_page(after_row=after, limit=_PAGE)
            ]
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1][0].row


def export_notes(
    context: Context, scope: Scope, *, last_session: int
) -> Iterator[tuple[NoteRecord, list[Change]]]:
    """Yield every note of every status with its history, page by page; raises NotFound.

    `last_session` is the row of the last session exported: the notes of sessions made since are left out, as
    they could not be imported without them.
    """
    after = 0
    while True:
        with context.storage.reader(scope) as reader:
            existing_namespace(reader)
            records = reader.records(after_row=after, limit=_PAGE)
            sessions = reader.session_rows([record.note.row for record in records])
            page = [
                (record, reader.history(record.note.id))
                for record in records
                if sessions.get(record.note.row, 0) <= last_session
            ]
        yield from page
        if len(records) < _PAGE:
            return
        after = records[-1].note.row


def import_session(context: Context, scope: Scope, session: Session, digest: str) -> None:
    """Restore an exported session; one that exists keeps what it has."""
    with context.storage.writer(scope) as writer:
        writer.open_namespace(context.embedder.model, context.clock())
        known = writer.put_session(session.id, session.started_at, session.metadata)
        if known.turn_count == 0:
            writer.advance_session(session.id, turn_count=session.turn_count, digest=digest)


def import_note(
    context: Context, scope: Scope, record: NoteRecord, history: Sequence[Change], *, actor: Actor
) -> Imported:
    """Restore an exported note with its id, times, version, history and what was derived, unless it exists.

    It is trusted no more than the actor's own words, nor than its sources (see `as_trusted`, which may raise
    Conflict).
    Its keys are made anew for the embedder in use. Notes are to come in the order of the export: links and
    derivations are between a note and earlier ones, and left out where the earlier one is not there. The guard
    scans what was imported soon after.
    """
    keys = context.drafter.keys_of(record.note, record.attributes)
    texts = {key.text_hash: key.text_in(record.note.content) for key in keys}

    def attempt() -> Imported:
        with context.storage.reader(scope) as reader:
            missing = without_vectors(texts, reader, context.embedder)
        matrix = context.embedder.embed(list(missing.values()))
        with context.storage.writer(scope) as writer:
            writer.open_namespace(context.embedder.model, context.clock())
            put_vectors(writer, texts, dict(zip(missing, matrix, strict=True)), context.embedder)
            version = context.drafter.key_maker.version
            believed = as_trusted(writer, replace(record, keys=keys, key_version=version), actor=actor)
            known = _with_known_ends(writer, believed)
            if not writer.restore_record(known, history):
                return Imported(stored=False)
            hash_notes(context, writer, [record.note.id], now=context.clock())
            if known.note.status in HOLDING:
                queue_scan_of_imported(context, writer, now=context.clock())
            return Imported(stored=True, left_out=_relations(record) - _relations(known))

    return until_current(attempt)


def _with_known_ends(writer: Writer, record: NoteRecord) -> NoteRecord:
    """Return the record without links and derivations that name a note that is not there."""
    named = {link.other for link in record.links}
    named |= {end for each in record.derivations for end in (each.note, each.source)}
    known = {note.id for note in writer.notes(sorted(named))} | {record.note.id}
    return replace(
        record,
        links=tuple(link for link in record.links if link.other in known),
        derivations=tuple(each for each in record.derivations if {each.note, each.source} <= known),
    )


def _relations(record: NoteRecord) -> int:
    return len(record.links) + len(record.derivations)
