"""Reads of one namespace. Every statement on its rows binds the namespace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import bindparam, func, select

from memsvc.domain.changes import Change
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Key, KeyGroup, Kind, Note, Session, Status
from memsvc.domain.records import NoteRecord
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE, Selection
from memsvc.domain.time import to_microseconds
from memsvc.ports.derived import ReadAttributes, ReadDerivations, ReadLinks, ReadMentions
from memsvc.ports.embedding import EmbeddingCache
from memsvc.ports.guard import ReadGuard
from memsvc.ports.policies import ReadPolicies, ReadStrengths
from memsvc.ports.ranking import NamespaceState, Ranked, Rows, VectorDelta
from memsvc.ports.storage import Places, StoreStats
from memsvc_stores.lexical import CorpusStats
from memsvc_stores.lsh.kept import KeptProjections
from memsvc_stores.sql import neighbours, recording, statements
from memsvc_stores.sql.attributes import SqlAttributes
from memsvc_stores.sql.buckets import SqlReadBuckets
from memsvc_stores.sql.deltas import empty_delta, vector_delta
from memsvc_stores.sql.derivations import SqlDerivations
from memsvc_stores.sql.derived_tables import attributes
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard import SqlReadGuard
from memsvc_stores.sql.links import SqlLinks
from memsvc_stores.sql.mentions import SqlMentions
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.policies import SqlReadPolicies
from memsvc_stores.sql.rows import change_of, key_of, note_of, session_of
from memsvc_stores.sql.selection import where
from memsvc_stores.sql.strengths import SqlReadStrengths
from memsvc_stores.sql.tables import keys, notes, sessions
from memsvc_stores.sql.triples import SqlReadTriples
from memsvc_stores.sql.vectors import ReadOnlyVectors

__all__ = ["SqlReader"]

_COUNT_BY_STATUS = (
    select(notes.c.status, func.count())
    .where(notes.c.namespace_id == bindparam("namespace"))
    .group_by(notes.c.status)
)
_COUNT_SESSIONS = (
    select(func.count()).select_from(sessions).where(sessions.c.namespace_id == bindparam("namespace"))
)
_ANY_ATTRIBUTES = select(attributes.c.note_row).where(attributes.c.namespace_id == bindparam("namespace")).limit(1)
_COUNT_KEYS = select(func.count()).select_from(keys).where(keys.c.namespace_id == bindparam("namespace"))


class SqlReader:
    """A snapshot: the namespace is read first, once."""

    def __init__(
        self, executor: Executor, scope: Scope, namespace: Namespace | None, projections: KeptProjections
    ) -> None:
        self._executor = executor
        self._scope = scope
        self._namespace = namespace
        self._projections = projections

    @property
    def scope(self) -> Scope:
        return self._scope

    @property
    def state(self) -> NamespaceState | None:
        return None if self._namespace is None else self._namespace.state

    @property
    def vectors(self) -> EmbeddingCache:
        return ReadOnlyVectors(self._executor, self._place)

    @property
    def attributes(self) -> ReadAttributes:
        return SqlAttributes(self._executor, self._place)

    @property
    def derivations(self) -> ReadDerivations:
        return SqlDerivations(self._executor, self._place)

    @property
    def links(self) -> ReadLinks:
        return SqlLinks(self._executor, self._place)

    @property
    def mentions(self) -> ReadMentions:
        return SqlMentions(self._executor, self._place)

    @property
    def policies(self) -> ReadPolicies:
        return SqlReadPolicies(self._executor, None if self._namespace is None else self._namespace.row)

    @property
    def strengths(self) -> ReadStrengths:
        return SqlReadStrengths(self._executor, None if self._namespace is None else self._namespace.row)

    @property
    def guard(self) -> ReadGuard:
        return SqlReadGuard(self._executor, self._scope, self._place)

    @property
    def triples(self) -> SqlReadTriples:
        return SqlReadTriples(self._executor, self._namespace)

    @property
    def buckets(self) -> SqlReadBuckets:
        return SqlReadBuckets(self._executor, self._namespace, self._projections)

    def notes(self, ids: Sequence[NoteId]) -> list[Note]:
        found = self._all(statements.NOTES_BY_ID, ids=self._many(ids))
        by_id = {note.id: note for note in map(note_of, found)}
        return [by_id[note] for note in ids if note in by_id]

    def replaced_by(self, notes: Sequence[NoteId]) -> list[Note]:
        return [note_of(r) for r in self._all(statements.NOTES_REPLACED_BY, ids=self._many(notes))]

    def notes_by_row(self, rows: Sequence[int]) -> list[Note]:
        wanted = [int(row) for row in rows]
        found = self._all(statements.NOTES_BY_ROW, rows=self._many(wanted))
        by_row = {r[0]: note_of(r) for r in found}
        return [by_row[row] for row in wanted if row in by_row]

    def size(self) -> int:
        return 0 if self._namespace is None else self._namespace.documents

    def matching_rows(self, selection: Selection, *, among: Sequence[int] | None = None) -> Rows:
        if self._namespace is None:
            return np.empty(0, np.int64)
        condition = where(selection, self._executor.backend)
        sql = statements.rows_where(condition.sql, self._executor.backend, among=among is not None)
        listed = () if among is None else (self._many(int(row) for row in among),)
        found = self._executor.query(sql, (self._namespace.row, *listed, *condition.parameters))
        return np.fromiter((row for (row,) in found), np.int64, len(found))

    def page(self, selection: Selection, *, after_row: int, limit: int) -> list[Note]:
        if self._namespace is None:
            return []
        condition = where(selection, self._executor.backend)
        sql = statements.notes_where(condition.sql, self._executor.backend)
        found = self._executor.query(sql, (self._namespace.row, after_row, *condition.parameters, limit))
        return [note_of(r) for r in found]

    def session(self, session: SessionId) -> Session | None:
        found = self._all(statements.SESSION_BY_ID, id=session)
        return session_of(found[0]) if found else None

    def sessions_page(self, *, after_row: int, limit: int) -> list[Session]:
        return [session_of(r) for r in self._all(statements.SESSIONS_PAGE, after=after_row, limit=limit)]

    def sessions_by_row(self, rows: Sequence[int]) -> list[Session]:
        wanted = [int(row) for row in rows]
        found = {r[0]: session_of(r) for r in self._all(statements.SESSIONS_BY_ROW, rows=self._many(wanted))}
        return [found[row] for row in wanted if row in found]

    def session_rows(self, note_rows: Sequence[int]) -> dict[int, int]:
        return dict(self._all(statements.SESSION_ROWS, rows=self._many(int(row) for row in note_rows)))

    def happened(self, rows: Sequence[int], start: datetime, end: datetime) -> Rows:
        wanted = self._many(int(row) for row in rows)
        bounds = {"start": to_microseconds(start), "end": to_microseconds(end)}
        found = self._all(statements.HAPPENED, rows=wanted, **bounds)
        return np.array(sorted(row for (row,) in found), np.int64)

    def places(self, rows: Sequence[int]) -> Places:
        found = sorted(self._all(statements.PLACES, rows=self._many(int(row) for row in rows)))
        named = [(row, -1 if at is None else at, -1 if place is None else place, n) for row, at, place, n in found]
        namespace = self._namespace
        words = 0 if namespace is None else namespace.user_words + namespace.other_words
        return Places.of(named, mean_words=words / max(1, 0 if namespace is None else namespace.documents))

    def heads(self, *, limit: int, chars: int) -> list[str]:
        wanted = {"statuses": self._many(sorted(VISIBLE)), "without": Kind.THOUGHT, "limit": limit, "chars": chars}
        return [head for (head,) in self._all(statements.HEADS, **wanted)]

    def around(self, note: Note, *, count: int) -> tuple[list[Note], list[Note]]:
        if self._namespace is None or note.session is None or count <= 0:
            return [], []
        return neighbours.around(self._executor, self._namespace.row, note, count=count)

    def keys(self, note: NoteId) -> list[Key]:
        return [key_of(r) for r in self._all(statements.KEYS, note=note)]

    def keyed_otherwise(self, version: str, *, after_row: int, limit: int) -> list[Note]:
        found = self._all(statements.KEYED_OTHERWISE, version=version, after=after_row, limit=limit)
        return [note_of(r) for r in found]

    def count_keyed_otherwise(self, version: str) -> int:
        found = self._all(statements.COUNT_KEYED_OTHERWISE, version=version)
        return int(found[0][0]) if found else 0

    def history(self, note: NoteId) -> list[Change]:
        return [change_of(r) for r in self._all(statements.HISTORY, note=note)]

    def changes(self, *, after_sequence: int, limit: int) -> list[Change]:
        return [change_of(r) for r in self._all(statements.CHANGES, after=after_sequence, limit=limit)]

    def lexical(self, text: str, *, limit: int, allowed: Rows | None) -> dict[str, Ranked]:
        namespace = self._namespace
        if namespace is None:
            return {"lexical_user": Ranked.empty(), "lexical_all": Ranked.empty()}
        stats = CorpusStats(
            namespace.documents, namespace.user_words, namespace.user_words + namespace.other_words
        )
        executor = self._executor
        return executor.backend.lexical.search(
            executor.connection, namespace.row, text, limit=limit, allowed=allowed, stats=stats
        )

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        state = self.state
        if state is None:
            return empty_delta()
        return vector_delta(self._executor, state, after_sequence, limit=limit, group=group)

    def may_have(self, group: KeyGroup) -> bool:
        if group is KeyGroup.AMEM:
            # Only notes with attributes have such keys, and these can be asked without a look at all keys.
            return bool(self._all(_ANY_ATTRIBUTES))
        return self._namespace is not None

    def duplicates(self, dedupes: Sequence[str]) -> dict[str, NoteId]:
        return {dedupe: NoteId(note) for dedupe, note in self._all(statements.TAKEN, dedupes=self._many(dedupes))}

    def saved_response(self, key: str) -> tuple[str, bytes] | None:
        found = self._executor.one(statements.SAVED_RESPONSE, tenant=self._scope.tenant, key=key)
        return None if found is None else (found[0], bytes(found[1]))

    def session_digest(self, session: SessionId) -> str:
        found = self._all(statements.SESSION_DIGEST, id=session)
        return str(found[0][0]) if found else ""

    def records(self, *, after_row: int, limit: int) -> list[NoteRecord]:
        if self._namespace is None:
            return []
        return recording.records(self._executor, self._namespace, after_row=after_row, limit=limit)

    def stats(self) -> StoreStats:
        if self._namespace is None:
            return StoreStats({}, 0, 0, 0)
        return StoreStats(
            notes={Status(status): count for status, count in self._all(_COUNT_BY_STATUS)},
            sessions=self._all(_COUNT_SESSIONS)[0][0],
            keys=self._all(_COUNT_KEYS)[0][0],
            last_sequence=self._namespace.last_sequence,
        )

    @property
    def _place(self) -> int | None:
        return None if self._namespace is None else self._namespace.row

    def _all(self, statement: Any, **values: Any) -> Sequence[Any]:
        if self._namespace is None:
            return []
        return self._executor.all(statement, namespace=self._namespace.row, **values)

    def _many(self, values: Any) -> Any:
        return self._executor.backend.many(values)
