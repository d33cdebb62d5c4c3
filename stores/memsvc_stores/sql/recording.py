"""Notes with all that is kept of them, page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, bindparam, select

from memsvc.domain.attributes import Method
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link, LinkType
from memsvc.domain.notes import Key
from memsvc.domain.records import NoteRecord
from memsvc.domain.time import from_microseconds
from memsvc_stores.sql.attributes import attributes_of_rows
from memsvc_stores.sql.derived_tables import derivations, links
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard.assessments import assessments_of_rows
from memsvc_stores.sql.guard.originals import originals_of_rows
from memsvc_stores.sql.guard.reviews import reviews_of_rows
from memsvc_stores.sql.mentions import SqlMentions
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.rows import key_of, note_of
from memsvc_stores.sql.statements import KEYS_OF_ROWS, RECORDS
from memsvc_stores.sql.strengths import uses_of_rows
from memsvc_stores.sql.tables import notes
from memsvc_stores.sql.triples import SqlReadTriples

__all__ = ["records"]

_high, _low = notes.alias("high"), notes.alias("low")
_LINKS = (
    select(
        links.c.high_row,
        _high.c.id,
        _low.c.id,
        links.c.type,
        links.c.weight,
        links.c.method,
        links.c.at,
        links.c.actor,
    )
    .select_from(links.join(_high, _high.c.row == links.c.high_row).join(_low, _low.c.row == links.c.low_row))
    .where(
        links.c.namespace_id == bindparam("namespace"),
        _high.c.namespace_id == bindparam("namespace"),
        _low.c.namespace_id == bindparam("namespace"),
        among(links.c.high_row, "rows"),
    )
    .order_by(links.c.high_row, links.c.low_row, links.c.type)
)
_note, _source = notes.alias("note"), notes.alias("source")


def _derived(later: Any, earlier: Any) -> Select[Any]:
    """Return the derivations one of whose ends, the later one, is among the rows."""
    return (
        select(later, _note.c.id, _source.c.id, derivations.c.role)
        .select_from(
            derivations.join(_note, _note.c.row == derivations.c.note_row).join(
                _source, _source.c.row == derivations.c.source_row
            )
        )
        .where(
            derivations.c.namespace_id == bindparam("namespace"),
            _note.c.namespace_id == bindparam("namespace"),
            _source.c.namespace_id == bindparam("namespace"),
            among(later, "rows"),
            later > earlier,
        )
        .order_by(later, earlier, derivations.c.role)
    )


_FROM_EARLIER = _derived(derivations.c.note_row, derivations.c.source_row)
_TO_EARLIER = _derived(derivations.c.source_row, derivations.c.note_row)


def records(executor: Executor, namespace: Namespace, *, after_row: int, limit: int) -> list[NoteRecord]:
    """Return notes of every status with all that is kept of them, by ascending row."""
    found = executor.all(RECORDS, namespace=namespace.row, after=after_row, limit=limit)
    rows = [r[0] for r in found]
    keys: defaultdict[int, list[Key]] = defaultdict(list)
    for row, *key in executor.all(KEYS_OF_ROWS, namespace=namespace.row, rows=executor.backend.many(rows)):
        keys[row].append(key_of(key))
    attributes = attributes_of_rows(executor, namespace.row, rows)
    triples = SqlReadTriples(executor, namespace).get_many([note_of(r).id for r in found])
    mentions = SqlMentions(executor, namespace.row).of_rows(rows)
    uses = uses_of_rows(executor, namespace.row, rows)
    originals = originals_of_rows(executor, namespace.row, rows)
    assessments = assessments_of_rows(executor, namespace.row, rows)
    reviews = reviews_of_rows(executor, namespace.row, rows)
    linked, derived = _links(executor, namespace.row, rows), _derivations(executor, namespace.row, rows)
    return [
        NoteRecord(
            note=(note := note_of(r)),
            dedupe=r[-2],
            keys=tuple(keys[note.row]),
            key_version=r[-1],
            attributes=attributes.get(note.row),
            triples=triples.get(note.id, ()),
            mentions=mentions.get(note.row, ()),
            links=tuple(linked[note.row]),
            derivations=tuple(derived[note.row]),
            uses=uses.get(note.row),
            original=originals.get(note.row),
            assessments=assessments.get(note.row, ()),
            review=reviews.get(note.row),
        )
        for r in found
    ]


def _links(executor: Executor, namespace: int, rows: Collection[int]) -> defaultdict[int, list[Link]]:
    linked: defaultdict[int, list[Link]] = defaultdict(list)
    found = executor.all(_LINKS, namespace=namespace, rows=executor.backend.many(rows))
    for row, note, other, kind, weight, method, at, actor in found:
        moment = from_microseconds(at)
        link = Link(NoteId(note), NoteId(other), LinkType(kind), weight, Method(method), moment, actor)
        linked[row].append(link)
    return linked


def _derivations(executor: Executor, namespace: int, rows: Collection[int]) -> defaultdict[int, list[Derivation]]:
    derived: defaultdict[int, list[Derivation]] = defaultdict(list)
    for statement in (_FROM_EARLIER, _TO_EARLIER):
        found = executor.all(statement, namespace=namespace, rows=executor.backend.many(rows))
        for row, note, source, role in found:
            derived[row].append(Derivation(NoteId(note), NoteId(source), Role(role)))
    return derived
