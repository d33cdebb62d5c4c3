"""Links and attributes as wire models."""

from __future__ import annotations

from memsvc import wire
from memsvc.domain.attributes import Attributes
from memsvc.domain.links import Link
from memsvc.memory.amem.consolidating import Consolidated
from memsvc.memory.amem.evolving import Evolved

__all__ = ["attributes", "consolidated", "evolved", "link"]


def link(source: Link) -> wire.Link:
    return wire.Link(
        note=source.note,
        other=source.other,
        type=source.type.value,
        weight=source.weight,
        method=source.method.value,
        at=source.at,
        actor=source.actor,
    )


def attributes(note: str, source: Attributes, version: int) -> wire.Attributes:
    return wire.Attributes(
        note=note,
        version=version,
        keywords=source.keywords,
        tags=source.tags,
        context=source.context,
        method=source.method.value,
    )


def evolved(note: str, source: Evolved, version: int) -> wire.Evolved:
    return wire.Evolved(
        attributes=attributes(note, source.attributes, version),
        changed=source.changed,
        links=source.links,
        degraded=source.degraded,
    )


def consolidated(source: Consolidated) -> wire.Consolidated:
    return wire.Consolidated(
        notes=source.notes, attributes=source.attributes, keys=source.keys, links=source.links
    )
