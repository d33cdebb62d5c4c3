"""A question to the memory and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from memsvc.domain.guarding import Signal
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Note, Origin, Session
from memsvc.domain.selection import Selection

__all__ = [
    "ArmScore",
    "Hit",
    "Influence",
    "InfluenceReason",
    "Level",
    "Mode",
    "QuerySpan",
    "RecallQuery",
    "RecallResult",
    "SessionHit",
    "Standing",
]


class Mode(StrEnum):
    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"
    AMEM = "amem"
    TIM = "tim"


class Level(StrEnum):
    NOTE = "note"
    SESSION = "session"


class Influence(StrEnum):
    """What a hit may do: change what the agent does, be read as evidence only, or neither."""

    FULL = "full"
    EVIDENCE_ONLY = "evidence_only"
    NONE = "none"


class InfluenceReason(StrEnum):
    """Why a hit has less than full influence."""

    UNTRUSTED_SPAN = "enters_only_via_untrusted_span"
    FLAGGED_SPAN = "enters_only_via_flagged_span"
    NO_TRUSTED_SPAN = "no_span_of_the_question_is_trusted"
    ORIGIN = "origin_is_not_trusted"
    LIMITED = "note_is_limited"
    HIDDEN = "note_is_not_current"


class Standing(NamedTuple):
    """How much a note may do in an answer, and why not all."""

    influence: Influence = Influence.FULL
    reason: InfluenceReason | None = None


@dataclass(frozen=True, slots=True)
class QuerySpan:
    """A part of a question and whom it comes from."""

    text: str = field(repr=False)
    origin: Origin


@dataclass(frozen=True, slots=True)
class RecallQuery:
    """A question. `offset` skips ranks (pages), `depth` is how many candidates each arm gives (None: default).

    It is the same for every page, since more candidates would change the order: pages end with the candidates.

    `token_budget` bounds the sum of estimated tokens of the returned contents, best first. `neighbours` adds
    that many previous and next notes of the same session to each hit; k * (1 + 2 * neighbours) is at most 1000.
    `asked_at` is when the question is asked (None: now): "last week" means the week before. `probes` is for mode
    tim alone: into how many groups it looks (1: the paper).

    `spans`, when given, make up `text`, joined by a space, and say whom each part comes from, none of them more
    trusted than `caller`: what only an untrusted part finds is evidence at most. Without them all of it comes from
    `caller`, or from nobody who is trusted where the namespace's policy says so. `full_only` leaves out hits and
    neighbours of less than full influence.
    """

    text: str
    k: int = 10
    mode: Mode = Mode.HYBRID
    level: Level = Level.NOTE
    selection: Selection = field(default_factory=Selection)
    min_score: float | None = None
    token_budget: int | None = None
    neighbours: int = 0
    explain: bool = False
    offset: int = 0
    depth: int | None = None
    asked_at: datetime | None = None
    probes: int = 1
    spans: tuple[QuerySpan, ...] = ()
    caller: Origin = Origin.DIRECT_USER
    full_only: bool = False


@dataclass(frozen=True, slots=True)
class ArmScore:
    """Rank from 1 and raw score of a hit in an arm: dense, drawn, lexical_user, lexical_all, thoughts, rerank."""

    rank: int
    score: float


class Hit(NamedTuple):
    """A note that was found, with its ranks in the arms if asked for, and its neighbours.

    `beside` holds those neighbours that have less than full influence.

    One that comes along because a hit is linked to it names that hit, the type of the link, and its score: the
    hit's, times the weight of the link.
    """

    note: Note
    score: float
    arms: Mapping[str, ArmScore] = MappingProxyType({})
    before: tuple[Note, ...] = ()
    after: tuple[Note, ...] = ()
    linked_from: NoteId | None = None
    link: LinkType | None = None
    influence: Influence = Influence.FULL
    reason: InfluenceReason | None = None
    beside: Mapping[NoteId, Standing] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SessionHit:
    """A session with its best notes, best first; `score` joins theirs."""

    session: Session
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class RecallResult:
    """Hits (or sessions at that level), best first; `degraded` names arms that could not be asked and why.

    With mode amem the hits are followed by notes that are linked to them, at most as many. `flags` are what the
    guard finds in the question and in what it finds; their spans are ranges of the question's text.
    """

    hits: tuple[Hit, ...] = ()
    sessions: tuple[SessionHit, ...] = ()
    degraded: tuple[str, ...] = ()
    next_offset: int | None = None
    tokens: int = 0
    flags: tuple[Signal, ...] = ()
