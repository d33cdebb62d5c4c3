"""Which names and rare terms notes mention."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert, select

from memsvc.domain.ids import NoteId
from memsvc_stores.sql.derived_tables import mentions
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.lookups import rows_of, visible
from memsvc_stores.sql.tables import notes

__all__ = ["SqlMentions", "WritableMentions"]

_OF_ROWS = (
    select(mentions.c.note_row, mentions.c.term)
    .where(mentions.c.namespace_id == bindparam("namespace"), among(mentions.c.note_row, "rows"))
    .order_by(mentions.c.note_row, mentions.c.term)
)
_FREQUENCIES = (
    select(mentions.c.term, func.count())
    .where(mentions.c.namespace_id == bindparam("namespace"), among(mentions.c.term, "terms"))
    .group_by(mentions.c.term)
)
_NEWEST = (
    select(mentions.c.note_row)
    .join_from(mentions, notes, notes.c.row == mentions.c.note_row)
    .where(
        mentions.c.namespace_id == bindparam("namespace"),
        notes.c.namespace_id == bindparam("namespace"),
        mentions.c.term == bindparam("term"),
        visible(notes.c.status),
    )
    .order_by(mentions.c.note_row.desc())
    .limit(bindparam("limit"))
)
_DELETE = delete(mentions).where(
    mentions.c.namespace_id == bindparam("namespace"), mentions.c.note_row == bindparam("note")
)
_INSERT = insert(mentions).inline()


class SqlMentions:
    """Reads mentions; `namespace` is None where nothing was ever written."""

    def __init__(self, executor: Executor, namespace: int | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def of_rows(self, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
        if self._namespace is None or not len(rows):
            return {}
        wanted = self._executor.backend.many(int(row) for row in rows)
        terms: dict[int, list[str]] = {}
        for row, term in self._executor.all(_OF_ROWS, namespace=self._namespace, rows=wanted):
            terms.setdefault(row, []).append(term)
        return {row: tuple(of_row) for row, of_row in terms.items()}

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        if self._namespace is None or not terms:
            return {}
        wanted = self._executor.backend.many(terms)
        return dict(self._executor.all(_FREQUENCIES, namespace=self._namespace, terms=wanted))

    def mentioning(self, terms: Sequence[str], *, per_term: int) -> list[tuple[str, int]]:
        # A statement for each term: the index has its rows in order, so that a common term ends after the first.
        if self._namespace is None:
            return []
        place = {"namespace": self._namespace, "limit": per_term}
        wanted = sorted(set(terms))
        return [(term, row) for term in wanted for (row,) in self._executor.all(_NEWEST, term=term, **place)]


class WritableMentions(SqlMentions):
    def __init__(self, executor: Executor, namespace: int) -> None:
        super().__init__(executor, namespace)
        self._place = namespace

    def put(self, note: NoteId, terms: Sequence[str]) -> None:
        row = rows_of(self._executor, self._place, [note])[note]
        self._executor.run(_DELETE, namespace=self._place, note=row)
        self._executor.run_many(
            _INSERT,
            [{"namespace_id": self._place, "term": term, "note_row": row} for term in sorted(set(terms))],
        )
