"""New notes: rows of several tables, in few statements however many notes there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select

from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Key, Note, lexical_fields
from memsvc.domain.records import NoteRecord
from memsvc.domain.selection import HOLDING
from memsvc.domain.time import to_microseconds
from memsvc.errors import ServerFault
from memsvc.ports.storage import Added
from memsvc_stores.sql.derivations import WritableDerivations
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard.originals import write_originals
from memsvc_stores.sql.journal import record
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.rows import encode_origins, encode_turns, micros
from memsvc_stores.sql.statements import TAKEN
from memsvc_stores.sql.tables import keys, notes, sessions
from memsvc_stores.sql.vectors import check_vectors

__all__ = ["NewNote", "add", "insert_keys", "insert_notes", "new_note", "next_rows"]

_INSERT_NOTE = insert(notes).inline()
_INSERT_KEY = insert(keys).inline()
_SESSION_ROWS = select(sessions.c.id, sessions.c.row).where(
    sessions.c.namespace_id == bindparam("namespace"), among(sessions.c.id, "ids")
)
_LAST_ROW = "SELECT seq FROM sqlite_sequence WHERE name = 'notes'"
_NEXT_ROWS = "SELECT nextval(pg_get_serial_sequence('notes', 'row')) FROM generate_series(1, %s)"


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note to store, with its place among the visible notes, its keys and its texts for lexical search."""

    note: Note
    dedupe: str | None
    keys: tuple[Key, ...]
    key_version: str | None
    user_text: str
    other_text: str
    drawn_text: str


def new_note(record: NoteRecord) -> NewNote:
    """Return what is to be stored of a record."""
    note = record.note
    texts = lexical_fields(note.content, note.turns, record.keys, record.attributes)
    return NewNote(note, record.dedupe, record.keys, record.key_version, *texts)


def add(executor: Executor, namespace: Namespace, drafts: Sequence[NoteDraft], *, actor: str) -> list[Added]:
    """Store the drafts whose dedupe hash is free."""
    hashes = executor.backend.many([draft.dedupe for draft in drafts])
    taken = dict(executor.all(TAKEN, namespace=namespace.row, dedupes=hashes))
    fresh: list[NoteDraft] = []
    for draft in drafts:
        if draft.dedupe in taken:
            continue
        fresh.append(draft)
        if draft.status in HOLDING:
            taken[draft.dedupe] = draft.id
    rows = next_rows(executor, len(fresh))
    new = [
        new_note(
            NoteRecord(draft.first_version(row, principal=actor), draft.dedupe, draft.keys, draft.key_version)
        )
        for draft, row in zip(fresh, rows, strict=True)
    ]
    insert_notes(executor, namespace, new)
    _insert_sources(executor, namespace, list(zip(fresh, rows, strict=True)))
    record(executor, namespace, [_created(item.note, actor) for item in new])
    stored = {id(draft): row for draft, row in zip(fresh, rows, strict=True)}
    return [
        Added(None, taken[draft.dedupe]) if (row := stored.pop(id(draft), None)) is None else Added(row, None)
        for draft in drafts
    ]


def _insert_sources(executor: Executor, namespace: Namespace, stored: Sequence[tuple[NoteDraft, int]]) -> None:
    """Store what notes were before they were normalised, and what their writers had read."""
    write_originals(
        executor, namespace.row, {row: draft.original for draft, row in stored if draft.original is not None}
    )
    informed = [
        Derivation(draft.id, parent, Role.INFORMED)
        for draft, _ in stored
        for parent in dict.fromkeys(draft.parents)
    ]
    if informed:
        WritableDerivations(executor, namespace.row).add(informed)


def next_rows(executor: Executor, count: int) -> list[int]:
    """Return rows that no note has had."""
    if not count:
        return []
    if not executor.backend.is_sqlite:
        return sorted(row for (row,) in executor.query(_NEXT_ROWS, (count,)))
    found = executor.query(_LAST_ROW)
    last: int = found[0][0] if found else 0
    return list(range(last + 1, last + 1 + count))


def insert_notes(executor: Executor, namespace: Namespace, new: Sequence[NewNote]) -> None:
    """Store notes with keys and lexical rows; raises ServerFault if a vector or a session is missing."""
    if not new:
        return
    check_vectors(executor, namespace.row, model=namespace.model, keys=[k for item in new for k in item.keys])
    session_rows = _session_rows(executor, namespace.row, {item.note.session for item in new} - {None})
    lexical = executor.backend.lexical
    documents = [
        (item.note.row, lexical.analyzer.prepare(item.user_text, item.other_text, item.drawn_text)) for item in new
    ]
    values = [
        {
            "namespace_id": namespace.row,
            "session_row": session_rows.get(item.note.session),
            "user_words": len(document.user_terms),
            "other_words": len(document.other_terms),
            "metadata": executor.backend.metadata(item.note.metadata),
            **_own_values(item),
        }
        for item, (_, document) in zip(new, documents, strict=True)
    ]
    executor.run_many(_INSERT_NOTE, values)
    insert_keys(executor, namespace.row, [(item.note.row, item.keys) for item in new])
    lexical.add(executor.connection, namespace.row, documents)
    namespace.count(
        len(new),
        user_words=sum(value["user_words"] for value in values),
        other_words=sum(value["other_words"] for value in values),
    )


def insert_keys(executor: Executor, namespace: int, keyed: Iterable[tuple[int, Sequence[Key]]]) -> None:
    """Store the keys of notes by row."""
    rows = [
        {
            "namespace_id": namespace,
            "note_row": row,
            "ordinal": ordinal,
            "kind": key.kind.value,
            "text_hash": key.text_hash,
            "span_start": key.start,
            "span_end": key.end,
            "text": key.text,
            "event_start": micros(key.event_start),
            "event_end": micros(key.event_end),
        }
        for row, keys_of_note in keyed
        for ordinal, key in enumerate(keys_of_note)
    ]
    executor.run_many(_INSERT_KEY, rows)


def _session_rows(executor: Executor, namespace: int, ids: set[SessionId | None]) -> dict[SessionId | None, int]:
    if not ids:
        return {}
    found = dict(executor.all(_SESSION_ROWS, namespace=namespace, ids=executor.backend.many(ids)))
    if len(found) != len(ids):
        missing = sorted(str(session) for session in ids - found.keys())
        raise ServerFault(f"session {missing[0]} must be put before its notes")
    return found


def _created(note: Note, actor: str) -> Change:
    return Change(0, Operation.CREATED, note.row, note.id, note.ingest_time, actor, note.version)


def _own_values(item: NewNote) -> dict[str, Any]:
    note = item.note
    return {
        "row": note.row,
        "id": note.id,
        "kind": note.kind.value,
        "status": note.status.value,
        "version": note.version,
        "event_time": to_microseconds(note.event_time),
        "ingest_time": to_microseconds(note.ingest_time),
        "origin": note.origin.value,
        "trust": note.trust,
        "position": note.position,
        "valid_from": micros(note.valid_from),
        "valid_to": micros(note.valid_to),
        "expired_at": micros(note.expired_at),
        "superseded_by": note.superseded_by,
        "content_hash": note.content_hash,
        "dedupe": item.dedupe if note.status in HOLDING else None,
        "dedupe_hash": item.dedupe,
        "turns": encode_turns(note.turns),
        "content": note.content,
        "key_version": item.key_version,
        "principal": note.principal,
        "origins": encode_origins(note.origins),
    }
