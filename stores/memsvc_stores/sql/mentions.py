"""Which names and rare terms notes mention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select

from memsvc.domain.ids import NoteId
from memsvc_stores.sql.derived_tables import mentions
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.hiding import NotHidden
from memsvc_stores.sql.lookups import rows_of
from memsvc_stores.sql.rarity import RareAmong

__all__ = ["SqlMentions", "WritableMentions"]

_OF_ROWS = (
    select(mentions.c.note_row, mentions.c.term)
    .where(mentions.c.namespace_id == bindparam("namespace"), among(mentions.c.note_row, "rows"))
    .order_by(mentions.c.note_row, mentions.c.term)
)
_HOLDERS = (
    select(mentions.c.term, mentions.c.note_row)
    .where(
        mentions.c.namespace_id == bindparam("namespace"),
        RareAmong(mentions.c.term),
        NotHidden(mentions.c.note_row),
    )
    .order_by(mentions.c.term, mentions.c.note_row.desc())
)
_DELETE = delete(mentions).where(
    mentions.c.namespace_id == bindparam("namespace"), among(mentions.c.note_row, "rows")
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

    def holders(self, terms: Sequence[str], *, most: int) -> list[tuple[str, int]]:
        if self._namespace is None or not terms:
            return []
        wanted = self._executor.backend.many(set(terms))
        found = self._executor.all(_HOLDERS, namespace=self._namespace, terms=wanted, most=most)
        return [(term, row) for term, row in found]


class WritableMentions(SqlMentions):
    def __init__(self, executor: Executor, namespace: int) -> None:
        super().__init__(executor, namespace)
        self._place = namespace

    def put(self, terms: Mapping[NoteId, Sequence[str]]) -> None:
        if not terms:
            return
        rows = rows_of(self._executor, self._place, terms)
        self._executor.run(_DELETE, namespace=self._place, rows=self._executor.backend.many(rows.values()))
        # In the order of the primary key: notes share words, whose places in it lie far from each other.
        pairs = sorted({(term, rows[note]) for note in terms for term in terms[note]})
        self._executor.run_many(
            _INSERT, [{"namespace_id": self._place, "term": term, "note_row": row} for term, row in pairs]
        )
