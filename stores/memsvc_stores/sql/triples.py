"""The triples of thoughts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.ids import NoteId
from memsvc.domain.triples import Triple, normalised
from memsvc.errors import NotFound, ServerFault
from memsvc_stores.sql.derived_tables import triples
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.hiding import NotHidden
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.tables import notes

__all__ = ["SqlReadTriples", "SqlTriples"]

_NAMESPACE: BindParameter[int] = bindparam("namespace")
_OF_NOTES = triples.join(
    notes, and_(notes.c.namespace_id == triples.c.namespace_id, notes.c.row == triples.c.note_row)
)
_GET = (
    select(
        notes.c.id,
        triples.c.head,
        triples.c.relation,
        triples.c.tail,
        triples.c.negated,
        triples.c.functional,
        triples.c.event,
        triples.c.value,
        triples.c.unit,
    )
    .select_from(_OF_NOTES)
    .where(triples.c.namespace_id == _NAMESPACE, notes.c.namespace_id == _NAMESPACE, among(notes.c.id, "ids"))
    .order_by(triples.c.note_row, triples.c.ordinal)
)
# By the index alone, in its order: of a relation that thousands of thoughts have no more are read than asked for.
_NEWEST = (
    select(triples.c.note_row)
    .where(
        triples.c.namespace_id == _NAMESPACE,
        triples.c.head_norm == bindparam("head"),
        triples.c.relation_norm == bindparam("relation"),
        NotHidden(triples.c.note_row),
    )
    .distinct()
    .order_by(triples.c.note_row.desc())
    .limit(bindparam("limit"))
)
_WITH_RELATION = select(notes.c.row, notes.c.id).where(
    notes.c.namespace_id == _NAMESPACE, notes.c.row.in_(_NEWEST)
)
_ROWS = select(notes.c.id, notes.c.row).where(notes.c.namespace_id == _NAMESPACE, among(notes.c.id, "ids"))
_PUT = insert(triples).inline()


class SqlReadTriples:
    """The triples as a reader sees them; `namespace` is None where nothing was ever written."""

    def __init__(self, executor: Executor, namespace: Namespace | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def get_many(self, notes: Sequence[NoteId]) -> dict[NoteId, tuple[Triple, ...]]:
        found: dict[NoteId, tuple[Triple, ...]] = {}
        for note, head, relation, tail, negated, functional, event, value, unit in self._all(
            _GET, ids=self._executor.backend.many(notes)
        ):
            triple = Triple(head, relation, tail, bool(negated), bool(functional), bool(event), value, unit)
            found[NoteId(note)] = (*found.get(NoteId(note), ()), triple)
        return found

    def with_relation(self, pairs: Sequence[tuple[str, str]], *, limit: int) -> list[NoteId]:
        found = {
            (row, note)
            for head, relation in dict.fromkeys(pairs)
            for row, note in self._all(_WITH_RELATION, limit=limit, head=head, relation=relation)
        }
        return [NoteId(note) for _, note in sorted(found, reverse=True)[:limit]]

    def _all(self, statement: Any, **values: Any) -> Sequence[Any]:
        if self._namespace is None:
            return []
        return self._executor.all(statement, namespace=self._namespace.row, **values)


class SqlTriples(SqlReadTriples):
    """The triples as a writer sees them."""

    def put(self, triples: Mapping[NoteId, Sequence[Triple]]) -> None:
        if not triples:
            return
        if self._namespace is None:
            raise ServerFault("a namespace must be opened before triples are kept in it")
        ids = self._executor.backend.many(triples)
        rows: dict[NoteId, int] = {NoteId(note): row for note, row in self._all(_ROWS, ids=ids)}
        if missing := [note for note in triples if note not in rows]:
            raise NotFound(f"there is no note {missing[0]} to keep triples of")
        fresh = triples.keys() - self.get_many(list(triples)).keys()
        self._executor.run_many(
            _PUT,
            [
                {"namespace_id": self._namespace.row, "note_row": rows[note], "ordinal": at, **_columns(triple)}
                for note in triples
                if note in fresh
                for at, triple in enumerate(triples[note])
            ],
        )


def _columns(triple: Triple) -> dict[str, Any]:
    return {
        "head": triple.head,
        "relation": triple.relation,
        "tail": triple.tail,
        "head_norm": normalised(triple.head),
        "relation_norm": normalised(triple.relation),
        "tail_norm": normalised(triple.tail),
        "negated": int(triple.negated),
        "functional": int(triple.functional),
        "event": int(triple.event),
        "value": triple.value,
        "unit": triple.unit,
    }
