"""Read single objects and lists of them."""

from __future__ import annotations

from memsvc.domain.changes import Change
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Note, Session
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import NotFound
from memsvc.memory.context import Context
from memsvc.ports.ranking import IndexStats, NamespaceState
from memsvc.ports.storage import Reader, StoreStats

__all__ = ["SESSION_NOTES", "existing_namespace", "existing_note", "history", "note", "session", "stats"]

SESSION_NOTES = 10_000


def existing_note(reader: Reader, note_id: NoteId) -> Note:
    """Return the note; raises NotFound."""
    found = reader.notes([note_id])
    if not found:
        raise NotFound("there is no such note in this namespace")
    return found[0]


def existing_namespace(reader: Reader) -> NamespaceState:
    """Return the namespace's state; raises NotFound."""
    if reader.state is None:
        raise NotFound("there is no such namespace, or nothing was ever written to it")
    return reader.state


def note(context: Context, scope: Scope, note_id: NoteId) -> Note:
    """Return a note of any status; raises NotFound."""
    with context.storage.reader(scope) as reader:
        return existing_note(reader, note_id)


def session(context: Context, scope: Scope, session_id: SessionId) -> tuple[Session, list[Note]]:
    """Return a session with its visible notes in order; raises NotFound.

    Of a session of more than `SESSION_NOTES` notes, the one after them comes as well, to tell that there are more.
    """
    with context.storage.reader(scope) as reader:
        found = reader.session(session_id)
        if found is None:
            raise NotFound("there is no such session in this namespace")
        selection = Selection(sessions=frozenset({session_id}))
        notes = reader.page(selection, after_row=0, limit=SESSION_NOTES + 1)
        return found, sorted(notes, key=lambda n: (n.position is None, n.position or 0, n.row))


def history(context: Context, scope: Scope, note_id: NoteId) -> list[Change]:
    """Return the journal of a note, oldest first; a purged note keeps a tombstone. Raises NotFound."""
    with context.storage.reader(scope) as reader:
        changes = reader.history(note_id)
        if not changes:
            raise NotFound("there is no such note in this namespace")
        return changes


def stats(context: Context, scope: Scope) -> tuple[StoreStats, IndexStats]:
    """Return counts of the store and of the vector index; raises NotFound."""
    with context.storage.reader(scope) as reader:
        state = existing_namespace(reader)
        return reader.stats(), context.index.stats(reader, state)
