"""Reads of one namespace as it was when the reader was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

import numpy as np

from memsvc.domain.changes import Change
from memsvc.domain.guarding import AuditEntry
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Key, KeyGroup, Kind, Note, Session, Status
from memsvc.domain.records import NoteRecord
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE, Selection, selects
from memsvc.ports.derived import ReadAttributes, ReadDerivations, ReadLinks, ReadMentions
from memsvc.ports.embedding import EmbeddingCache
from memsvc.ports.guard import ReadGuard
from memsvc.ports.policies import ReadPolicies, ReadStrengths
from memsvc.ports.ranking import NamespaceState, Ranked, Rows, VectorDelta
from memsvc.ports.storage import Places, StoreStats
from memsvc_stores.lexical import Analyzer
from memsvc_stores.memory import lexical
from memsvc_stores.memory.attributes import MemoryAttributes
from memsvc_stores.memory.buckets import MemoryReadBuckets
from memsvc_stores.memory.delta import delta_after, empty_delta
from memsvc_stores.memory.derivations import MemoryDerivations
from memsvc_stores.memory.guard import MemoryReadGuard
from memsvc_stores.memory.links import MemoryLinks
from memsvc_stores.memory.lookups import session_order
from memsvc_stores.memory.mentions import MemoryMentions
from memsvc_stores.memory.policies import MemoryReadPolicies
from memsvc_stores.memory.recording import record_of
from memsvc_stores.memory.state import NamespaceData, SavedResponse, SessionEntry, StoredNote
from memsvc_stores.memory.strengths import MemoryReadStrengths
from memsvc_stores.memory.triples import MemoryReadTriples
from memsvc_stores.memory.vectors import ReadOnlyVectors

__all__ = ["MemoryReader"]


class MemoryReader:
    """Answers from one NamespaceData; None stands for a namespace that was never written."""

    def __init__(
        self,
        scope: Scope,
        data: NamespaceData | None,
        *,
        saved: Callable[[str], SavedResponse | None],
        chain: Sequence[AuditEntry],
        analyzer: Analyzer,
    ) -> None:
        self._scope = scope
        self._data = data
        self._saved = saved
        self._chain = chain
        self._analyzer = analyzer

    @property
    def scope(self) -> Scope:
        return self._scope

    @property
    def state(self) -> NamespaceState | None:
        data = self._data
        return None if data is None else NamespaceState(data.row, len(data.journal), data.model)

    @property
    def vectors(self) -> EmbeddingCache:
        return ReadOnlyVectors({} if self._data is None else self._data.vectors)

    @property
    def attributes(self) -> ReadAttributes:
        return MemoryAttributes(self._data)

    @property
    def derivations(self) -> ReadDerivations:
        return MemoryDerivations(self._data)

    @property
    def links(self) -> ReadLinks:
        return MemoryLinks(self._data)

    @property
    def mentions(self) -> ReadMentions:
        return MemoryMentions(self._data)

    @property
    def policies(self) -> ReadPolicies:
        return MemoryReadPolicies(self._data)

    @property
    def strengths(self) -> ReadStrengths:
        return MemoryReadStrengths(self._data)

    @property
    def guard(self) -> ReadGuard:
        return MemoryReadGuard(self._data, self._chain)

    @property
    def triples(self) -> MemoryReadTriples:
        return MemoryReadTriples(self._data)

    @property
    def buckets(self) -> MemoryReadBuckets:
        return MemoryReadBuckets(self._data)

    def notes(self, ids: Sequence[NoteId]) -> list[Note]:
        found = (None if self._data is None else self._data.find(note) for note in ids)
        return [stored.note for stored in found if stored is not None]

    def replaced_by(self, notes: Sequence[NoteId]) -> list[Note]:
        return [stored.note for stored in self._stored().values() if stored.note.superseded_by in notes]

    def notes_by_row(self, rows: Sequence[int]) -> list[Note]:
        notes = self._stored()
        return [notes[row].note for row in map(int, rows) if row in notes]

    def size(self) -> int:
        return len(self._stored())

    def matching_rows(self, selection: Selection, *, among: Sequence[int] | None = None) -> Rows:
        wanted = None if among is None else set(among)
        rows = (note.row for note in self._selected(selection))
        return np.array([row for row in rows if wanted is None or row in wanted], np.int64)

    def page(self, selection: Selection, *, after_row: int, limit: int) -> list[Note]:
        return list(islice((n for n in self._selected(selection) if n.row > after_row), limit))

    def session(self, session: SessionId) -> Session | None:
        entry = self._sessions().get(session)
        return None if entry is None else entry.session

    def sessions_page(self, *, after_row: int, limit: int) -> list[Session]:
        return [s for s in self._sessions_by_row().values() if s.row > after_row][:limit]

    def sessions_by_row(self, rows: Sequence[int]) -> list[Session]:
        known = self._sessions_by_row()
        return [known[row] for row in map(int, rows) if row in known]

    def session_rows(self, note_rows: Sequence[int]) -> dict[int, int]:
        sessions = self._sessions()
        return {
            note.row: sessions[note.session].session.row
            for note in self.notes_by_row(note_rows)
            if note.session is not None
        }

    def happened(self, rows: Sequence[int], start: datetime, end: datetime) -> Rows:
        notes = self._stored()
        found = {row for row in rows if row in notes and notes[row].happened(start, end)}
        return np.array(sorted(found), np.int64)

    def places(self, rows: Sequence[int]) -> Places:
        stored, sessions = self._stored(), self._sessions()
        found = []
        for row in sorted(set(rows) & stored.keys()):
            note = stored[row].note
            session = -1 if note.session is None else sessions[note.session].session.row
            position = -1 if note.position is None else note.position
            found.append((row, session, position, stored[row].words.all.total))
        words = sum(each.words.all.total for each in stored.values())
        return Places.of(found, mean_words=words / max(1, len(stored)))

    def heads(self, *, limit: int, chars: int) -> list[str]:
        newest = reversed(self._stored().values())
        shown = (each.note for each in newest if each.note.status in VISIBLE)
        said = (note.content[:chars] for note in shown if note.kind is not Kind.THOUGHT)
        return list(islice(said, limit))

    def around(self, note: Note, *, count: int) -> tuple[list[Note], list[Note]]:
        if note.session is None or count <= 0:
            return [], []
        fellows = [
            stored.note
            for stored in self._stored().values()
            if stored.note.session == note.session
            and stored.note.status in VISIBLE
            and stored.note.kind is not Kind.THOUGHT
        ]
        fellows.sort(key=session_order)
        place = session_order(note)
        before = [fellow for fellow in fellows if session_order(fellow) < place]
        after = [fellow for fellow in fellows if session_order(fellow) > place]
        return before[-count:], after[:count]

    def keys(self, note: NoteId) -> list[Key]:
        stored = None if self._data is None else self._data.find(note)
        return [] if stored is None else list(stored.keys)

    def keyed_otherwise(self, version: str, *, after_row: int, limit: int) -> list[Note]:
        others = (note for note in self._keyed_otherwise(version) if note.row > after_row)
        return list(islice(others, limit))

    def count_keyed_otherwise(self, version: str) -> int:
        return sum(1 for _ in self._keyed_otherwise(version))

    def history(self, note: NoteId) -> list[Change]:
        return [change for change in self._journal() if change.note == note]

    def changes(self, *, after_sequence: int, limit: int) -> list[Change]:
        start = max(after_sequence, 0)
        return list(self._journal()[start : start + limit])

    def lexical(self, text: str, *, limit: int, allowed: Rows | None) -> dict[str, Ranked]:
        stored = self._stored()
        visible = (row for row, item in stored.items() if item.note.status in VISIBLE)
        rows = frozenset(visible if allowed is None else allowed.tolist())
        query = self._analyzer.analyse(text)
        user = {row: item.words.user for row, item in stored.items()}
        everything = {row: item.words.all for row, item in stored.items()}
        return {
            "lexical_user": lexical.rank(query, user, allowed=rows, limit=limit),
            "lexical_all": lexical.rank(query, everything, allowed=rows, limit=limit),
        }

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        if self._data is None:
            return empty_delta()
        return delta_after(self._data, after_sequence, limit=limit, group=group)

    def may_have(self, group: KeyGroup) -> bool:
        if group is not KeyGroup.AMEM:
            return self._data is not None
        return any(key.kind in group.kinds for stored in self._stored().values() for key in stored.keys)

    def duplicates(self, dedupes: Sequence[str]) -> dict[str, NoteId]:
        taken = {} if self._data is None else self._data.taken
        return {dedupe: taken[dedupe] for dedupe in dedupes if dedupe in taken}

    def saved_response(self, key: str) -> tuple[str, bytes] | None:
        saved = self._saved(key)
        return None if saved is None else (saved.request_hash, saved.response)

    def session_digest(self, session: SessionId) -> str:
        entry = self._sessions().get(session)
        return "" if entry is None else entry.digest

    def records(self, *, after_row: int, limit: int) -> list[NoteRecord]:
        data = self._data
        if data is None:
            return []
        later = (record_of(data, stored) for row, stored in data.notes.items() if row > after_row)
        return list(islice(later, limit))

    def stats(self) -> StoreStats:
        stored = self._stored()
        return StoreStats(
            notes=dict(Counter[Status](item.note.status for item in stored.values())),
            sessions=len(self._sessions()),
            keys=sum(len(item.keys) for item in stored.values()),
            last_sequence=len(self._journal()),
        )

    def _keyed_otherwise(self, version: str) -> Iterator[Note]:
        return (stored.note for stored in self._stored().values() if stored.key_version != version)

    def _stored(self) -> dict[int, StoredNote]:
        return {} if self._data is None else self._data.notes

    def _sessions(self) -> dict[SessionId, SessionEntry]:
        return {} if self._data is None else self._data.sessions

    def _sessions_by_row(self) -> dict[int, Session]:
        return {entry.session.row: entry.session for entry in self._sessions().values()}

    def _journal(self) -> Sequence[Change]:
        return () if self._data is None else self._data.journal

    def _selected(self, selection: Selection) -> Iterable[Note]:
        return (stored.note for stored in self._stored().values() if selects(selection, stored.note))
