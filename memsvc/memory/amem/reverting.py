"""Attributes as they were at an earlier version of a note, put together from the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Key, Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, InvalidInput, NotFound, PreconditionFailed
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.context import Context
from memsvc.memory.embedding import put_vectors, without_vectors
from memsvc.memory.hashing import hash_notes
from memsvc.memory.look_up import existing_note
from memsvc.ports.storage import Reader, Writer

__all__ = ["attributes_at", "revert"]

_CHANGES: Final = frozenset({Operation.EVOLVED, Operation.REVERTED})
_PARTS: Final = ("keywords", "tags", "context", "method")


def revert(
    context: Context,
    scope: Scope,
    note_id: NoteId,
    version: int,
    *,
    actor: Actor,
    expected_version: int | None = None,
) -> Note:
    """Give a note the attributes back that it had at a version; keys, vectors and words follow, as a new version.

    Raises NotFound, InvalidInput for a version that the note never had, Conflict when what it had then was erased
    with its sources or came of a note that is quarantined, PreconditionFailed, EmbedderUnavailable,
    EmbedderMismatch.
    """

    def attempt() -> Note:
        with context.storage.reader(scope) as reader:
            wanted = _wanted(reader, note_id, version, expected_version=expected_version)
            if wanted.after == wanted.before:
                return wanted.note
            keys = context.drafter.keys_of(wanted.note, wanted.after)
            texts = {key.text_hash: key.text_in(wanted.note.content) for key in keys}
            missing = without_vectors(texts, reader, context.embedder)
        matrix = context.embedder.embed(list(missing.values())) if missing else ()
        with context.storage.writer(scope) as writer:
            writer.open_namespace(context.embedder.model, context.clock())
            put_vectors(writer, texts, dict(zip(missing, matrix, strict=True)), context.embedder)
            return _write(context, writer, wanted, keys, actor=actor)

    return until_current(attempt)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A note's attributes as they are and as they are to be, and the notes that these were drawn from."""

    note: Note
    before: Attributes | None
    after: Attributes | None
    sources: tuple[NoteId, ...]


def _wanted(reader: Reader, note_id: NoteId, version: int, *, expected_version: int | None) -> _Wanted:
    note = existing_note(reader, note_id)
    if expected_version not in (None, note.version):
        raise PreconditionFailed(f"the note is at version {note.version}, not {expected_version}; read it again")
    history = reader.history(note_id)
    before = reader.attributes.get_many([note_id]).get(note_id)
    after = attributes_at(history, version, note=note, now=before)
    causes = reader.notes(_causes(history, version))
    if any(cause.status is Status.QUARANTINED for cause in causes):
        raise Conflict("what the note was at that version was drawn from a note that is quarantined by now")
    return _Wanted(note, before, after, tuple(cause.id for cause in causes))


def _write(context: Context, writer: Writer, wanted: _Wanted, keys: Sequence[Key], *, actor: Actor) -> Note:
    """Raises Outdated when the note was changed or purged meanwhile."""
    now = context.clock()
    try:
        changed = writer.set_attributes(
            wanted.note.id,
            wanted.after,
            keys,
            key_version=context.drafter.key_maker.version,
            operation=Operation.REVERTED,
            sources=wanted.sources,
            expected_version=wanted.note.version,
            at=now,
            actor=actor.name,
        )
    except (NotFound, PreconditionFailed):
        raise Outdated from None
    hash_notes(context, writer, [wanted.note.id], now=now)
    return changed


def attributes_at(
    history: Sequence[Change], version: int, *, note: Note, now: Attributes | None
) -> Attributes | None:
    """Return the attributes that a note had at a version, None for none.

    Raises InvalidInput for a version that the note never had, Conflict when the journal was emptied by a purge.
    """
    if not 1 <= version <= note.version:
        raise InvalidInput(f"/version {version} is none of the note's, which are 1 to {note.version}")
    changes = [change for change in history if change.operation in _CHANGES]
    later = [change for change in changes if change.version > version]
    if not later:
        return now
    parts = {name: _part(later[0].patch, name) for name in _PARTS}
    if parts["method"] is None:
        return None
    keywords, tags = (tuple(map(str, parts[name] or ())) for name in ("keywords", "tags"))
    return Attributes(keywords, tags, str(parts["context"] or ""), Method(str(parts["method"])))


def _part(patch: Mapping[str, Any], name: str) -> Any:
    """Return the value before the change; every change of attributes names all of them."""
    if name not in patch:
        raise Conflict("what the note was at that version was erased with the notes that it was drawn from")
    return patch[name]["old"]


def _causes(history: Sequence[Change], version: int) -> list[NoteId]:
    """Return the notes whose words went into the attributes up to a version; a reversion names all of them."""
    named: dict[NoteId, None] = {}
    for change in history:
        cause = change.patch.get("caused_by")
        if change.operation in _CHANGES and change.version <= version and isinstance(cause, Mapping):
            if change.operation is Operation.REVERTED:
                named = {}
            new = cause.get("new")
            named |= dict.fromkeys(NoteId(str(each)) for each in (new if isinstance(new, Sequence) else ()))
    return list(named)
