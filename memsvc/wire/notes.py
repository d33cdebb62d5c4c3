"""Notes, sessions and history as they are read."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, JsonValue

from memsvc.wire.base import Request, Response
from memsvc.wire.fields import Metadata, Reason
from memsvc.wire.words import Kind, Operation, Origin, Status

__all__ = [
    "Change",
    "History",
    "Note",
    "NotePage",
    "NotePatch",
    "OriginSpan",
    "RestoreRequest",
    "Session",
    "SessionPage",
    "SessionWithNotes",
    "Turn",
]


class Turn(Response):
    role: str
    content: str


class OriginSpan(Response):
    """Who a half-open range of characters of a note's content comes from."""

    start: int
    end: int
    origin: Origin


class Note(Response):
    """One memory; `version` is also its ETag. `turns` splits the content of a round by speaker.

    `principal` is who stored it, as authenticated. `origin` is the least trusted origin of what it says; `origins`
    are those of its parts, where they differ.
    """

    id: str
    kind: Kind
    content: str
    event_time: datetime
    ingest_time: datetime
    origin: Origin
    trust: float
    status: Status
    version: int
    turns: tuple[Turn, ...] = ()
    session: str | None = None
    position: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    expired_at: datetime | None = None
    superseded_by: str | None = None
    principal: str = ""
    origins: tuple[OriginSpan, ...] = ()
    metadata: dict[str, JsonValue] = Field(default_factory=dict)


class NotePage(Response):
    """Notes in the order of storing; `next` is the cursor of the next page, None on the last."""

    items: tuple[Note, ...]
    next: str | None = None


class NotePatch(Request):
    """The metadata that replaces the old one; the content of a note never changes."""

    metadata: Metadata


class RestoreRequest(Request):
    reason: Reason | None = None


class Session(Response):
    """A dated conversation; `turn_count` says how many of its turns were ingested."""

    id: str
    started_at: datetime
    turn_count: int
    metadata: dict[str, JsonValue] = Field(default_factory=dict)


class SessionPage(Response):
    items: tuple[Session, ...]
    next: str | None = None


class SessionWithNotes(Session):
    """A session with its visible notes in session order; `truncated` when there are more than are given.

    All of them can be listed page by page, as notes of that session.
    """

    notes: tuple[Note, ...] = ()
    truncated: bool = False


class Change(Response):
    """One journal entry; `patch` maps a changed field to its old and new value."""

    sequence: int
    operation: Operation
    at: datetime
    actor: str
    version: int
    patch: dict[str, JsonValue] = Field(default_factory=dict)


class History(Response):
    """The journal of a note, oldest first."""

    items: tuple[Change, ...]
