"""What the guard thinks of a note, what is done with it, and what is kept as proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json

__all__ = [
    "UNCALIBRATED",
    "Assessment",
    "AuditEntry",
    "AuditEvent",
    "Canary",
    "Decision",
    "Ledgers",
    "Review",
    "Signal",
    "Stage",
    "Verdict",
]


class Verdict(StrEnum):
    """What is done with a note: stored as usual, as evidence only, hidden until reviewed, or not stored at all."""

    ALLOW = "allow"
    LIMIT = "limit"
    QUARANTINE = "quarantine"
    BLOCK = "block"


class Stage(StrEnum):
    """When a note was assessed: before it was stored, by a job soon after, or in a scan of the store."""

    WRITE = "write"
    PROBE = "probe"
    SCAN = "scan"


UNCALIBRATED: Final = frozenset({"accomplice", "invisible", "burst", "newcomer", "sybil"})
"""The detectors whose scores are compared with those of no harmless notes."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One detector's finding: its raw `score` and `p`, how often a harmless note scores as high.

    Of a detector in UNCALIBRATED `p` is 1, as it says nothing, and the score how sure it is, from 0 to 1.
    `span` is a half-open range of characters of the note's content, or, with `key`, of the text of the key with
    that ordinal. `why` never repeats what the note says.
    """

    detector: str
    score: float
    p: float
    why: str = ""
    span: tuple[int, int] | None = None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Ledgers:
    """Does the note pull unrelated questions, would it change what an agent does, is its origin to be trusted?

    Each from 0 to 1; `risk` is hijack times influence times distrust.
    """

    hijack: float
    influence: float
    distrust: float

    @property
    def risk(self) -> float:
        return self.hijack * self.influence * self.distrust


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one stage found; `degraded` names detectors that could not be asked."""

    stage: Stage
    verdict: Verdict
    ledgers: Ledgers
    signals: tuple[Signal, ...]
    at: datetime
    model: str
    degraded: tuple[str, ...] = ()


class Decision(StrEnum):
    """A reviewer's decision: a released note is active and a hard negative, a rejected one stays hidden."""

    RELEASED = "released"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Review:
    decision: Decision
    at: datetime
    actor: str
    reason: str


class AuditEvent(StrEnum):
    """What an entry tells of; `unreadable` stands for one that somebody has changed past reading."""

    ASSESSED = "assessed"
    BLOCKED = "blocked"
    RELEASED = "released"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"
    POLICY = "policy"
    SCANNED = "scanned"
    CANARY = "canary"
    FAILED = "failed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of a namespace's chain: `hash` is over all the rest and `previous`, the hash of the entry before.

    Entries hold ids, figures and codes; reasons are a reviewer's words, and no memory text is kept.
    """

    sequence: int
    at: datetime
    actor: str
    event: AuditEvent
    note: NoteId | None
    detail: Mapping[str, Json]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Canary:
    """A sentinel question with the notes that it found; another answer has to be explained."""

    id: str
    question: str = field(repr=False)
    expected: tuple[NoteId, ...]
    k: int
    at: datetime
    actor: str
