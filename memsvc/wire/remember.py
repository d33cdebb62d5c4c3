"""Remembering: what is sent, and what became of each part of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from memsvc.wire.base import Request, Response
from memsvc.wire.fields import Content, Instant, Metadata, Name, Role, Utterance
from memsvc.wire.words import Kind, Origin, OutcomeStatus, SessionStatus

__all__ = [
    "IngestOutcome",
    "ItemError",
    "NewItem",
    "NewOriginSpan",
    "NewSession",
    "NewTurn",
    "Outcome",
    "RememberRequest",
    "RememberResponse",
    "RememberSessionsRequest",
    "RememberSessionsResponse",
    "SessionOutcome",
]


class NewTurn(Request):
    """One utterance; `role` is user, assistant, tool, or another name. Real chats have empty turns: they may.

    `origin` may lower the trust in it below that of its role, never raise it.
    """

    role: Role
    content: Utterance
    at: Instant | None = None
    origin: Origin | None = None


class NewSession(Request):
    """A dated conversation; sent again under the same id with more turns, only the new turns are added.

    `recalled` names the notes that the agent had read when it spoke: none of the new turns is trusted more than
    the least trusted of them.
    """

    turns: Annotated[tuple[NewTurn, ...], Field(min_length=1, max_length=10_000)]
    id: Name | None = None
    started_at: Instant | None = None
    metadata: Metadata = Field(default_factory=dict)
    origin: Origin | None = None
    recalled: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()


class NewOriginSpan(Request):
    """Who a half-open range of characters of the content comes from."""

    start: Annotated[int, Field(ge=0, lt=2**31)]
    end: Annotated[int, Field(ge=1, lt=2**31)]
    origin: Origin


class NewItem(Request):
    """A single note or document; `origin` may lower the trust in it, `origins` that in its parts: never raise it.

    `parents` names the notes that it was made from: it is trusted no more than any of them.
    """

    content: Content
    kind: Kind = "fact"
    event_time: Instant | None = None
    session: Name | None = None
    metadata: Metadata = Field(default_factory=dict)
    origin: Origin | None = None
    supersedes: Name | None = None
    origins: Annotated[tuple[NewOriginSpan, ...], Field(max_length=1000)] = ()
    parents: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()


class RememberRequest(Request):
    items: Annotated[tuple[NewItem, ...], Field(min_length=1, max_length=1000)]


class RememberSessionsRequest(Request):
    sessions: Annotated[tuple[NewSession, ...], Field(min_length=1, max_length=100)]


class ItemError(Response):
    """Why an item failed; `code` is one of the error codes."""

    code: str
    detail: str


class Outcome(Response):
    """What became of one item; for a duplicate `note` is the one that was there already.

    A limited note is stored and is evidence only, a quarantined one is hidden until it is reviewed, a blocked one
    was not stored. Of what is quarantined already, and was sent again by the same key, `note` is the one that was
    there.
    """

    status: OutcomeStatus
    note: str | None = None
    error: ItemError | None = None
    degraded: tuple[str, ...] = ()


class SessionOutcome(Response):
    """What became of one session; `rounds` has an outcome for each note made of its new turns."""

    status: SessionStatus
    session: str | None = None
    rounds: tuple[Outcome, ...] = ()
    error: ItemError | None = None


class IngestOutcome(SessionOutcome):
    """What became of one line of a stream; lines count from 1."""

    line: int


class RememberResponse(Response):
    """One outcome per item, in the order sent."""

    outcomes: tuple[Outcome, ...]


class RememberSessionsResponse(Response):
    """One outcome per session, in the order sent."""

    outcomes: tuple[SessionOutcome, ...]
