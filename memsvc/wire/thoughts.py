"""Thinking about notes, and organising thoughts."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from memsvc.wire.base import Request, Response
from memsvc.wire.fields import Name
from memsvc.wire.notes import Note
from memsvc.wire.words import DerivationRole

__all__ = [
    "Contradiction",
    "ForgetThoughtsRequest",
    "ForgottenThoughts",
    "MergeThoughtsRequest",
    "MergedThoughts",
    "PostThought",
    "ThinkRequest",
    "ThoughtDetail",
    "ThoughtMerge",
    "ThoughtSource",
    "Triple",
    "UnmergedThought",
]

_Degraded: TypeAlias = Annotated[
    tuple[str, ...], Field(description="What a model should have done and rules did, or nobody could.")
]


class ThinkRequest(Request):
    """Notes to think about, after the reply to them; `recalled` names what recall gave for that reply."""

    notes: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]
    recalled: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()


class PostThought(Response):
    """New thoughts, and known ones that were told again; `repeated` counts what only repeats recalled notes."""

    thoughts: tuple[str, ...]
    known: tuple[str, ...] = ()
    repeated: int = 0
    degraded: _Degraded = ()


class Triple(Response):
    """What a thought says; `functional` relations have one tail at a time, an `event` happened at a time."""

    head: str
    relation: str
    tail: str
    negated: bool = False
    functional: bool = False
    event: bool = False
    value: float | None = None
    unit: str | None = None


class ThoughtSource(Response):
    note: str
    role: DerivationRole


class ThoughtDetail(Response):
    """A thought with its triples, and what it was derived from, one step up."""

    note: Note
    triples: tuple[Triple, ...]
    sources: tuple[ThoughtSource, ...]


class ForgetThoughtsRequest(Request):
    dry_run: bool = False


class Contradiction(Response):
    """Two thoughts that cannot both hold: the newer closes the older, or both stay, linked as in conflict."""

    verdict: Literal["supersede", "conflict"]
    older: str
    newer: str
    reason: Literal["functional", "polarity", "quantity", "model"]


class ForgottenThoughts(Response):
    contradictions: tuple[Contradiction, ...]
    dry_run: bool
    degraded: _Degraded = ()


class MergeThoughtsRequest(Request):
    """`notes` merges exactly these; without it the rules say what belongs together."""

    dry_run: bool = False
    notes: Annotated[tuple[Name, ...], Field(min_length=2, max_length=100)] | None = None


class ThoughtMerge(Response):
    """`note` takes the place of `sources`; it is null in a dry run."""

    sources: tuple[str, ...]
    content: str
    note: str | None = None


class MergedThoughts(Response):
    merges: tuple[ThoughtMerge, ...]
    dry_run: bool
    degraded: _Degraded = ()


class UnmergedThought(Response):
    """The sources that are current again."""

    items: tuple[Note, ...]
