"""What was derived of a note, to and from its export line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from memsvc import wire
from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link, LinkType, NewLink
from memsvc.domain.records import NoteRecord
from memsvc.domain.triples import Triple
from memsvc.domain.uses import Uses

__all__ = ["derived_lines", "with_derived"]


def derived_lines(record: NoteRecord) -> dict[str, Any]:
    """Return the fields of a note's line that say what was derived of it."""
    note = record.note.id
    return {
        "attributes": None if record.attributes is None else _attributes_line(record.attributes),
        "triples": tuple(map(_triple_line, record.triples)),
        "mentions": record.mentions,
        "links": tuple(map(_link_line, record.links)),
        "sources": tuple(
            wire.DerivationRecord(note=each.source, role=each.role.value)
            for each in record.derivations
            if each.note == note
        ),
        "products": tuple(
            wire.DerivationRecord(note=each.note, role=each.role.value)
            for each in record.derivations
            if each.source == note
        ),
        "uses": None if record.uses is None else _uses_line(record.uses),
    }


def _attributes_line(attributes: Attributes) -> wire.AttributesRecord:
    return wire.AttributesRecord(
        keywords=attributes.keywords,
        tags=attributes.tags,
        context=attributes.context,
        method=attributes.method.value,
    )


def _triple_line(triple: Triple) -> wire.TripleRecord:
    return wire.TripleRecord(
        head=triple.head,
        relation=triple.relation,
        tail=triple.tail,
        negated=triple.negated,
        functional=triple.functional,
        event=triple.event,
        value=triple.value,
        unit=triple.unit,
    )


def _link_line(link: Link) -> wire.LinkRecord:
    return wire.LinkRecord.model_validate(
        {
            "other": link.other,
            "type": link.type.value,
            "weight": link.weight,
            "method": link.method.value,
            "at": link.at,
            "actor": link.actor,
        }
    )


def _uses_line(uses: Uses) -> wire.UsesRecord:
    return wire.UsesRecord(seen=uses.seen, recalled=uses.recalled, at=uses.at)


def with_derived(record: NoteRecord, line: wire.NoteRecord) -> NoteRecord:
    """Return the record with what its line says was derived; raises InvalidInput for a link to itself."""
    note = record.note.id
    return replace(
        record,
        attributes=None if line.attributes is None else _attributes(line.attributes),
        triples=tuple(map(_triple, line.triples)),
        mentions=line.mentions,
        links=tuple(_link(note, link) for link in line.links),
        derivations=(
            *(Derivation(note, NoteId(each.note), Role(each.role)) for each in line.sources),
            *(Derivation(NoteId(each.note), note, Role(each.role)) for each in line.products),
        ),
        uses=None if line.uses is None else Uses(line.uses.seen, line.uses.recalled, line.uses.at),
    )


def _attributes(line: wire.AttributesRecord) -> Attributes:
    return Attributes(line.keywords, line.tags, line.context, Method(line.method))


def _triple(line: wire.TripleRecord) -> Triple:
    return Triple(
        line.head, line.relation, line.tail, line.negated, line.functional, line.event, line.value, line.unit
    )


def _link(note: NoteId, line: wire.LinkRecord) -> Link:
    new = NewLink(note, NoteId(line.other), LinkType(line.type), line.weight, Method(line.method))
    return Link(note, new.second, new.type, new.weight, new.method, line.at, line.actor)
