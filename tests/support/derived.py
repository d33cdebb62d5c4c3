"""Links, mentions, derivations and attributes for tests of stores."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.notes import Key, Note
from memsvc.domain.scope import Scope
from memsvc.ports.storage import Storage
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, unit_vector

__all__ = ["derive", "evolve", "link", "mention", "new_link"]


def new_link(first: NoteId, second: NoteId, weight: float = 0.8, type: LinkType = LinkType.ENTITY) -> NewLink:
    return NewLink(first, second, type, weight, Method.RULES)


def link(storage: Storage, *links: NewLink, scope: Scope = SCOPE) -> int:
    with storage.writer(scope) as writer:
        return writer.links.put(links, at=T0, actor=ACTOR)


def mention(storage: Storage, note: NoteId, *terms: str) -> None:
    with storage.writer(SCOPE) as writer:
        writer.mentions.put({note: terms})


def derive(storage: Storage, note: NoteId, *sources: NoteId, role: Role = Role.THOUGHT) -> None:
    with storage.writer(SCOPE) as writer:
        writer.derivations.add([Derivation(note, source, role) for source in sources])


def evolve(
    storage: Storage,
    note: NoteId,
    attributes: Attributes | None,
    keys: Sequence[Key],
    *,
    sources: Sequence[NoteId] = (),
    expected_version: int | None = None,
    operation: Operation = Operation.EVOLVED,
) -> Note:
    """Put the keys' vectors and set the attributes in a transaction of its own."""
    with storage.writer(SCOPE) as writer:
        writer.vectors.put_many(MODEL, {key.text_hash: unit_vector(key.text or "") for key in keys})
        return writer.set_attributes(
            note,
            attributes,
            keys,
            key_version="v2",
            operation=operation,
            sources=sources,
            expected_version=expected_version,
            at=T0,
            actor=ACTOR,
        )
