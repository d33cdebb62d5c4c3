"""What a caller sends to be remembered, what is ready to be stored, and what became of each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Json, Key, Kind, Note, Origin, OriginSpan, Status, TurnSpan

__all__ = [
    "STORED",
    "ItemError",
    "NewItem",
    "NewSession",
    "NewTurn",
    "NoteDraft",
    "Outcome",
    "OutcomeStatus",
    "SessionOutcome",
    "SessionStatus",
]


@dataclass(frozen=True, slots=True)
class NewTurn:
    """What somebody said; `origin` may lower its trust below that of the role, never raise it."""

    role: str
    content: str
    at: datetime | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to ingest; sent again with more turns, only the new turns are added.

    `origin` may lower the trust of all its turns, never raise it. `recalled` names the notes that the agent had
    read when it spoke: none of the new turns is trusted more than the least trusted of them.
    """

    turns: tuple[NewTurn, ...]
    id: SessionId | None = None
    started_at: datetime | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    origin: Origin | None = None
    recalled: tuple[NoteId, ...] = ()


@dataclass(frozen=True, slots=True)
class NewItem:
    """A single note or document to remember; `supersedes` names a note that it replaces.

    `origins` lower the trust of parts of the content, `parents` name the notes that it was made from: it is
    trusted no more than any of them.
    """

    content: str
    kind: Kind = Kind.FACT
    event_time: datetime | None = None
    session: SessionId | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)
    origin: Origin | None = None
    supersedes: NoteId | None = None
    origins: tuple[OriginSpan, ...] = ()
    parents: tuple[NoteId, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note ready to be stored, with its keys; the vector of each key is put by `text_hash` first.

    `dedupe` is unique among the visible notes of a namespace. `key_version` names what made the keys. `original`
    is what was sent where normalising has changed it; `parents` are what it is derived from (role informed).
    """

    id: NoteId
    kind: Kind
    content: str
    content_hash: str
    dedupe: str
    event_time: datetime
    ingest_time: datetime
    origin: Origin
    trust: float
    keys: tuple[Key, ...]
    turns: tuple[TurnSpan, ...] = ()
    session: SessionId | None = None
    position: int | None = None
    valid_from: datetime | None = None
    status: Status = Status.ACTIVE
    metadata: Mapping[str, Json] = field(default_factory=dict)
    key_version: str | None = None
    origins: tuple[OriginSpan, ...] = ()
    original: str | None = field(default=None, repr=False)
    parents: tuple[NoteId, ...] = ()

    def first_version(self, row: int, *, principal: str) -> Note:
        """Return the note as it is stored first, in the row given."""
        return Note(
            row=row,
            id=self.id,
            kind=self.kind,
            content=self.content,
            content_hash=self.content_hash,
            event_time=self.event_time,
            ingest_time=self.ingest_time,
            origin=self.origin,
            trust=self.trust,
            status=self.status,
            version=1,
            turns=self.turns,
            session=self.session,
            position=self.position,
            valid_from=self.valid_from,
            metadata=self.metadata,
            principal=principal,
            origins=self.origins,
        )


class OutcomeStatus(StrEnum):
    CREATED = "created"
    DUPLICATE = "duplicate"
    MERGED = "merged"
    LIMITED = "limited"
    QUARANTINED = "quarantined"
    BLOCKED = "blocked"
    FAILED = "failed"


STORED: Final = frozenset({OutcomeStatus.CREATED, OutcomeStatus.LIMITED, OutcomeStatus.QUARANTINED})
"""Outcomes of which there is a new note, but for repeats of what is quarantined."""


@dataclass(frozen=True, slots=True)
class ItemError:
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item; for a duplicate `note` is the one that was there already.

    So it is for a quarantined one that its principal had told before.
    """

    status: OutcomeStatus
    note: NoteId | None = None
    error: ItemError | None = None
    degraded: tuple[str, ...] = ()


class SessionStatus(StrEnum):
    CREATED = "created"
    APPENDED = "appended"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SessionOutcome:
    """What became of one session: an outcome for each round made of its new turns."""

    status: SessionStatus
    session: SessionId | None = None
    rounds: tuple[Outcome, ...] = ()
    error: ItemError | None = None
