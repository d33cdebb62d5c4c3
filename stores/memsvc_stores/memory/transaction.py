"""The uncommitted state of one writer: a copy of its namespace and of what the whole store counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import ERASE, NewJob
from memsvc.domain.notes import Json, Key, Note
from memsvc.domain.scope import Scope
from memsvc.domain.selection import HOLDING
from memsvc.errors import Conflict, NotFound, PreconditionFailed, ServerFault
from memsvc.ports.embedding import Model
from memsvc_stores.memory.jobs import Finish
from memsvc_stores.memory.state import NamespaceData, SavedResponse, StoredNote, World

__all__ = ["Transaction"]


class Transaction:
    """Collects changes; `result` is the world after them, made by the storage on commit."""

    def __init__(self, scope: Scope, world: World) -> None:
        self.scope = scope
        kept = world.namespaces.get(scope)
        self.data = None if kept is None else kept.copy()
        self.responses = dict(world.responses)
        self.audit = list(world.audits.get(scope, ()))
        self.jobs: list[tuple[NewJob, datetime]] = []
        self.finished: list[Finish] = []
        self.jobs_forgotten = False
        self._world = world
        self._namespace_row = world.namespace_row
        self._note_row = world.note_row
        self._session_row = world.session_row

    def result(self) -> World:
        namespaces = {scope: data for scope, data in self._world.namespaces.items() if scope != self.scope}
        if self.data is not None:
            namespaces[self.scope] = self.data
        audits = {**self._world.audits, self.scope: self.audit}
        return World(namespaces, self.responses, audits, self._namespace_row, self._note_row, self._session_row)

    def opened(self) -> NamespaceData:
        """Return the namespace to write into; raises ServerFault when it was not opened."""
        if self.data is None:
            raise ServerFault(f"namespace {self.scope.namespace} must be opened before it is written to")
        return self.data

    def create(self, model: Model, at: datetime) -> NamespaceData:
        self._namespace_row += 1
        self.data = NamespaceData(self._namespace_row, model, at)
        return self.data

    def next_note_row(self) -> int:
        self._note_row += 1
        return self._note_row

    def next_session_row(self) -> int:
        self._session_row += 1
        return self._session_row

    def insert(self, stored: StoredNote) -> None:
        """Put a new note; raises Conflict when its id or its place among the visible notes is taken."""
        data, note = self.opened(), stored.note
        if note.id in data.rows:
            raise Conflict(f"a note {note.id} exists already")
        if note.session is not None and note.session not in data.sessions:
            raise ServerFault(f"session {note.session} must be put before its notes")
        self.check_vectors(stored.keys)
        self._take_place(stored)
        data.notes[note.row] = stored
        data.rows[note.id] = note.row

    def check_vectors(self, keys: Sequence[Key]) -> None:
        """Raise ServerFault unless the vector of every key is kept."""
        data = self.opened()
        for key in keys:
            if (data.model.id, key.text_hash) not in data.vectors:
                raise ServerFault(f"the vector of key {key.text_hash} must be put before the key")

    def update(self, stored: StoredNote) -> None:
        """Put a note that replaces its earlier state; raises Conflict as `insert` does."""
        data = self.opened()
        before = data.notes[stored.note.row]
        if before.dedupe is not None and data.taken.get(before.dedupe) == before.note.id:
            del data.taken[before.dedupe]
        self._take_place(stored)
        data.notes[stored.note.row] = stored

    def current(self, note: NoteId, expected_version: int | None = None) -> StoredNote:
        """Return a note that must exist; raises NotFound, PreconditionFailed."""
        stored = None if self.data is None else self.data.find(note)
        if stored is None:
            raise NotFound(f"there is no note {note} in namespace {self.scope.namespace}")
        if expected_version not in (None, stored.note.version):
            raise PreconditionFailed(
                f"note {note} has version {stored.note.version}, not {expected_version}; read it again"
            )
        return stored

    def journal(
        self, note: Note, operation: Operation, *, at: datetime, actor: str, patch: dict[str, Json]
    ) -> int:
        """Append an entry and return its sequence."""
        data = self.opened()
        sequence = len(data.journal) + 1
        data.journal.append(Change(sequence, operation, note.row, note.id, at, actor, note.version, patch))
        return sequence

    def import_change(self, change: Change, row: int) -> int:
        data = self.opened()
        data.journal.append(replace(change, sequence=len(data.journal) + 1, note_row=row))
        return len(data.journal)

    def save_response(self, key: str, request_hash: str, response: bytes, *, at: datetime) -> None:
        self.responses[self.scope.tenant, key] = SavedResponse(self.scope.namespace, request_hash, response, at)

    def forget_responses(self) -> None:
        """Drop the kept responses of the namespace."""
        scope = self.scope
        self.responses = {
            place: saved
            for place, saved in self.responses.items()
            if not (place[0] == scope.tenant and saved.namespace == scope.namespace)
        }

    def forget_jobs(self) -> None:
        """Drop the waiting jobs of the namespace, those of this transaction too, except erasures."""
        self.jobs_forgotten = True
        self.jobs = [(job, at) for job, at in self.jobs if job.kind == ERASE]

    def _take_place(self, stored: StoredNote) -> None:
        data = self.opened()
        if stored.note.status not in HOLDING or stored.dedupe is None:
            return
        holder = data.taken.setdefault(stored.dedupe, stored.note.id)
        if holder != stored.note.id:
            raise Conflict(f"note {holder} holds the same content; forget it before note {stored.note.id} returns")
