"""Links of notes, kept once each and found from both ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, union_all
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.attributes import Method
from memsvc.domain.ids import NoteId
from memsvc.domain.links import SEQUENCE_ACTOR, SEQUENCE_WEIGHT, Link, LinkType, NewLink, link_order
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc.ports.derived import Edges
from memsvc_stores.sql.derived_tables import links
from memsvc_stores.sql.edges import edges_around
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.lookups import rows_of, visible
from memsvc_stores.sql.sequences import beside
from memsvc_stores.sql.tables import notes

__all__ = ["SqlLinks", "WritableLinks", "store_links"]

_VISIBLE = select(notes.c.row, notes.c.id, notes.c.ingest_time).where(
    notes.c.namespace_id == bindparam("namespace"), visible(notes.c.status)
)
_NOTE = _VISIBLE.where(notes.c.id == bindparam("note"))
_FELLOWS = _VISIBLE.where(among(notes.c.row, "rows"))


def _half(node: Any, other: Any) -> Select[Any]:
    return (
        select(notes.c.row, notes.c.id, links.c.type, links.c.weight, links.c.method, links.c.at, links.c.actor)
        .join_from(links, notes, notes.c.row == other)
        .where(
            links.c.namespace_id == bindparam("namespace"),
            notes.c.namespace_id == bindparam("namespace"),
            node == bindparam("node", type_=node.type),
            visible(notes.c.status),
        )
    )


_OF = union_all(_half(links.c.low_row, links.c.high_row), _half(links.c.high_row, links.c.low_row))
_low, _high = notes.alias("low"), notes.alias("high")
_TOUCHING = select(
    links.c.low_row,
    links.c.high_row,
    links.c.type,
    _low.c.id,
    _high.c.id,
    links.c.weight,
    links.c.method,
    links.c.at,
    links.c.actor,
).where(
    links.c.namespace_id == bindparam("namespace"),
    _low.c.namespace_id == bindparam("namespace"),
    _high.c.namespace_id == bindparam("namespace"),
    _low.c.row == links.c.low_row,
    _high.c.row == links.c.high_row,
)
_FROM_LOW = _TOUCHING.where(among(links.c.low_row, "rows"))
_FROM_HIGH = _TOUCHING.where(among(links.c.high_row, "rows"))
_COUNT = (
    select(links.c.type, func.count()).where(links.c.namespace_id == bindparam("namespace")).group_by(links.c.type)
)
_KNOWN = select(links.c.low_row, links.c.high_row, links.c.type).where(
    links.c.namespace_id == bindparam("namespace"), among(links.c.low_row, "rows")
)
_INSERT = insert(links)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[links.c.namespace_id, links.c.low_row, links.c.high_row, links.c.type],
    set_={name: _INSERT.excluded[name] for name in ("weight", "method", "at", "actor")},
).inline()
_DELETE = delete(links).where(
    links.c.namespace_id == bindparam("namespace"),
    links.c.low_row == bindparam("low"),
    links.c.high_row == bindparam("high"),
    links.c.type == bindparam("type"),
)
_ROWS = select(notes.c.row).where(notes.c.namespace_id == bindparam("namespace"), among(notes.c.id, "ids"))


class SqlLinks:
    """Reads links; `namespace` is None where nothing was ever written."""

    def __init__(self, executor: Executor, namespace: int | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def of(self, note: NoteId, *, types: Collection[LinkType] | None = None) -> list[Link]:
        if self._namespace is None:
            return []
        here = self._executor.one(_NOTE, namespace=self._namespace, note=note)
        if here is None:
            return []
        wanted = frozenset(LinkType if types is None else types)
        stored = self._executor.all(_OF, namespace=self._namespace, node=here[0])
        found = [
            (row, Link(note, NoteId(other), LinkType(kind), weight, Method(method), from_microseconds(at), actor))
            for row, other, kind, weight, method, at, actor in stored
            if kind in wanted
        ]
        if LinkType.SEQUENCE in wanted:
            found += self._sequence(note, row=here[0], at=here[2])
        return [link for _, link in sorted(found, key=link_order)]

    def touching(self, notes: Sequence[NoteId]) -> list[Link]:
        if self._namespace is None or not notes:
            return []
        many, place = self._executor.backend.many, self._namespace
        rows = {row for (row,) in self._executor.all(_ROWS, namespace=place, ids=many(notes))}
        found = {
            tuple(each[:3]): each
            for statement in (_FROM_LOW, _FROM_HIGH)
            for each in self._executor.all(statement, namespace=place, rows=many(rows))
        }
        return [_seen_from(each, rows) for _, each in sorted(found.items())]

    def around(self, rows: Sequence[int], *, types: Collection[LinkType], per_note: int) -> Edges:
        if self._namespace is None or not len(rows):
            return Edges.empty()
        return edges_around(self._executor, self._namespace, rows, types=types, per_note=per_note)

    def count(self) -> dict[LinkType, int]:
        if self._namespace is None:
            return {}
        return {LinkType(kind): n for kind, n in self._executor.all(_COUNT, namespace=self._namespace)}

    def _sequence(self, note: NoteId, *, row: int, at: int) -> list[tuple[int, Link]]:
        assert self._namespace is not None
        others = [other for _, other in beside(self._executor, self._namespace, [row])]
        found = self._executor.all(_FELLOWS, namespace=self._namespace, rows=self._executor.backend.many(others))
        kind, method = LinkType.SEQUENCE, Method.RULES
        return [
            (
                place,
                Link(
                    note,
                    NoteId(other),
                    kind,
                    SEQUENCE_WEIGHT,
                    method,
                    from_microseconds(max(at, its)),
                    SEQUENCE_ACTOR,
                ),
            )
            for place, other, its in found
        ]


class WritableLinks(SqlLinks):
    def __init__(self, executor: Executor, namespace: int) -> None:
        super().__init__(executor, namespace)
        self._place = namespace

    def put(self, links: Sequence[NewLink], *, at: datetime, actor: str) -> int:
        made = [Link(new.first, new.second, new.type, new.weight, new.method, at, actor) for new in links]
        return store_links(self._executor, self._place, made)

    def delete(self, first: NoteId, second: NoteId, type: LinkType) -> bool:
        ids = self._executor.backend.many([first, second])
        rows = sorted(row for (row,) in self._executor.all(_ROWS, namespace=self._place, ids=ids))
        if len(rows) != 2:
            return False
        low, high = rows
        return self._executor.run(_DELETE, namespace=self._place, low=low, high=high, type=type.value) > 0


def _seen_from(found: Sequence[Any], rows: Collection[int]) -> Link:
    _, high_row, kind, low, high, weight, method, at, actor = found
    note, other = (high, low) if high_row in rows else (low, high)
    return Link(NoteId(note), NoteId(other), LinkType(kind), weight, Method(method), from_microseconds(at), actor)


def store_links(executor: Executor, namespace: int, links: Sequence[Link]) -> int:
    """Store links in place of those that there are between the same notes; return how many are new."""
    rows = rows_of(executor, namespace, [end for link in links for end in (link.note, link.other)])
    new = {(*sorted((rows[link.note], rows[link.other])), link.type.value): link for link in links}
    known = executor.all(_KNOWN, namespace=namespace, rows=executor.backend.many({low for low, *_ in new}))
    values = [
        {
            "namespace_id": namespace,
            "low_row": low,
            "high_row": high,
            "type": kind,
            "weight": link.weight,
            "method": link.method.value,
            "at": to_microseconds(link.at),
            "actor": link.actor,
        }
        for (low, high, kind), link in new.items()
    ]
    executor.run_many(_PUT, values)
    return len(new.keys() - {tuple(found) for found in known})
