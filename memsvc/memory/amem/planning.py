"""What is to change for a new note: its attributes, its links, and attributes of neighbours that it may evolve.

Trust flows down (DESIGN, section 2): a neighbour changes only if nothing that the change is drawn from is trusted
less than the neighbour, and neither a limited nor a quarantined note changes another or is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.ids import NoteId
from memsvc.domain.links import NewLink
from memsvc.domain.notes import Note, Status
from memsvc.memory.amem.seeing import Near
from memsvc.ports.amem import Judgement

__all__ = ["Evolution", "Plan", "may_shape", "planned", "united"]

_MOST_TAGS = 6


@dataclass(frozen=True, slots=True)
class Evolution:
    """A note's attributes from `before` to `after`, drawn from the words of `sources`."""

    note: Note
    before: Attributes | None
    after: Attributes
    sources: tuple[NoteId, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes of attributes, the new note's own first, links, and the terms that the new note mentions."""

    changes: tuple[Evolution, ...] = ()
    links: tuple[NewLink, ...] = ()
    terms: tuple[str, ...] = field(default=(), repr=False)


def planned(construction: Evolution, near: Sequence[Near], judgement: Judgement) -> Plan:
    """Return what follows from a model's judgement of the neighbours, all of which it has seen."""
    note, attributes = construction.note, construction.after
    linked = [near[link.neighbour] for link in judgement.links]
    adopted = {tag for tag in judgement.adopted if tag not in attributes.tags}
    givers = [each for each in linked if may_shape([each.note], note) and adopted & set(_tags(each))]
    tags = [tag for tag in judgement.adopted if any(tag in _tags(each) for each in givers)]
    sources = dict.fromkeys([*construction.sources, *(each.note.id for each in givers)])
    own = replace(
        construction, after=replace(attributes, tags=united(attributes.tags, tags)), sources=tuple(sources)
    )
    links = tuple(
        NewLink(note.id, near[link.neighbour].note.id, link.type, link.weight, Method.LLM)
        for link in judgement.links
    )
    return Plan((own, *_evolutions(note, near, judgement)), links)


def may_shape(sources: Iterable[Note], target: Note) -> bool:
    """Return whether attributes of the target may be drawn from the sources."""
    return target.status is Status.ACTIVE and all(
        source.status is Status.ACTIVE and source.trust >= target.trust for source in sources
    )


def united(tags: Sequence[str], more: Iterable[str]) -> tuple[str, ...]:
    """Return the tags and, while there is room, others that they do not have, whatever their case."""
    kept = {tag.casefold(): tag for tag in tags}
    for tag in more:
        if len(kept) < _MOST_TAGS:
            kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())


def _evolutions(note: Note, near: Sequence[Near], judgement: Judgement) -> list[Evolution]:
    found = []
    for place, after in judgement.rewritten.items():
        target = near[place]
        others = [note, *(each.note for each in near if each is not target)]
        if target.attributes is not None and may_shape(others, target.note):
            sources = tuple(other.id for other in others)
            found.append(Evolution(target.note, target.attributes, after, sources))
    return found


def _tags(near: Near) -> tuple[str, ...]:
    return () if near.attributes is None else near.attributes.tags
