"""What thinking and organising answer: new thoughts, contradictions, merges."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from memsvc.domain.derivations import Derivation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.domain.triples import Triple

__all__ = [
    "Forgotten",
    "Judgement",
    "Merge",
    "Merged",
    "PostThought",
    "Reason",
    "ThoughtDetail",
    "Verdict",
]


class Verdict(StrEnum):
    """The newer closes the older, or nobody can tell which holds and both stay."""

    SUPERSEDE = "supersede"
    CONFLICT = "conflict"


class Reason(StrEnum):
    """Which rule found a contradiction; `model` when a language model did."""

    FUNCTIONAL = "functional"
    POLARITY = "polarity"
    QUANTITY = "quantity"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`older` and `newer` by time; in a conflict without an order, by the order of their sources."""

    verdict: Verdict
    older: NoteId
    newer: NoteId
    reason: Reason


@dataclass(frozen=True, slots=True)
class PostThought:
    """New thoughts, and those that were known and are told again; `repeated` counts what only came from recall.

    `degraded` names what a model should have done and rules did, and `embedding` when vectors come later.
    """

    thoughts: tuple[NoteId, ...] = ()
    known: tuple[NoteId, ...] = ()
    repeated: int = 0
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThoughtDetail:
    """A thought with what it says and what it was derived from, one step up."""

    note: Note
    triples: tuple[Triple, ...] = field(repr=False)
    sources: tuple[Derivation, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was closed and which conflicts were marked; with `dry_run`, what would be."""

    judgements: tuple[Judgement, ...] = ()
    dry_run: bool = False
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """Thoughts that one takes the place of; `note` is None for one that was only planned."""

    sources: tuple[NoteId, ...]
    content: str = field(repr=False)
    note: NoteId | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """What was merged; with `dry_run`, what would be."""

    merges: tuple[Merge, ...] = ()
    dry_run: bool = False
    degraded: tuple[str, ...] = ()
