"""A note with all that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from memsvc.domain.attributes import Attributes
from memsvc.domain.derivations import Derivation
from memsvc.domain.guarding import Assessment, Review
from memsvc.domain.links import Link
from memsvc.domain.notes import Key, Note
from memsvc.domain.triples import Triple
from memsvc.domain.uses import Uses

__all__ = ["NoteRecord"]


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """Everything that is kept of a note: what export writes and import restores.

    `key_version` names what made the keys; None when the note was stored without. `links` and `derivations` are
    those between this note and earlier ones, so that notes can be restored in their order.
    """

    note: Note
    dedupe: str | None
    keys: tuple[Key, ...]
    key_version: str | None = None
    attributes: Attributes | None = None
    triples: tuple[Triple, ...] = ()
    mentions: tuple[str, ...] = field(default=(), repr=False)
    links: tuple[Link, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    uses: Uses | None = None
    original: str | None = field(default=None, repr=False)
    assessments: tuple[Assessment, ...] = ()
    review: Review | None = None
