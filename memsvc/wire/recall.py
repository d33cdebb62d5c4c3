"""A question to the memory, and its answer."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from memsvc.wire.assessments import Signal
from memsvc.wire.base import Request, Response
from memsvc.wire.fields import Filter, Instant, Name, Question
from memsvc.wire.notes import Note, Session
from memsvc.wire.words import Influence, InfluenceReason, Kind, Level, LinkType, Mode, Origin, Status

__all__ = ["ArmScore", "Hit", "QuerySpan", "RecallRequest", "RecallResponse", "SessionHit", "Standing"]


_LONGEST_QUESTION = 32_000


class QuerySpan(Request):
    """A part of a question, and whom it comes from: the user, the model, a tool, a document."""

    text: Question
    origin: Origin


class RecallRequest(Request):
    """A question with its conditions, joined by AND.

    It is given as `query`, or as `spans` that are joined by a space: a note that only spans of untrusted origin
    find is evidence at most. `full_only` leaves out hits of less than full influence.

    `event_from` is inclusive, `event_to` exclusive. `as_of` asks what held at that time, `known_at` what the
    service knew then. `asked_at` is when the question is asked, now by default: it says which week "last week"
    is. `cursor` goes on where an earlier answer to the same question ended. `neighbours`
    adds that many notes before and after each hit; `k * (1 + 2 * neighbours)` is at most 1000.
    `probes` is for mode tim: into how many groups of thoughts it looks.
    """

    query: Question | None = None
    spans: Annotated[tuple[QuerySpan, ...], Field(min_length=1, max_length=256)] | None = None
    k: Annotated[int, Field(ge=1, le=1000)] = 10
    mode: Mode = "hybrid"
    level: Level = "note"
    filter: Filter | None = None
    statuses: Annotated[frozenset[Status], Field(min_length=1)] | None = None
    kinds: Annotated[frozenset[Kind], Field(min_length=1)] | None = None
    sessions: Annotated[frozenset[Name], Field(min_length=1, max_length=1000)] | None = None
    event_from: Instant | None = None
    event_to: Instant | None = None
    as_of: Instant | None = None
    known_at: Instant | None = None
    asked_at: Instant | None = None
    min_score: Annotated[float, Field(ge=-1e6, le=1e6)] | None = None
    token_budget: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    neighbours: Annotated[int, Field(ge=0, le=20)] = 0
    explain: bool = False
    probes: Annotated[int, Field(ge=1, le=4096)] = 1
    depth: Annotated[int, Field(ge=10, le=100_000)] | None = None
    full_only: bool = False
    cursor: Annotated[str, Field(min_length=1, max_length=512)] | None = None

    @property
    def text(self) -> str:
        """The whole question."""
        return " ".join(span.text for span in self.spans) if self.spans is not None else self.query or ""

    @model_validator(mode="after")
    def _asks_once(self) -> Self:
        if (self.query is None) == (self.spans is None):
            raise PydanticCustomError("question", "must have either `query` or `spans`")
        if len(self.text) > _LONGEST_QUESTION:
            raise PydanticCustomError("question", "must have spans of at most 32000 characters in all")
        return self


class ArmScore(Response):
    """Rank from 1 and raw score of a hit in an arm: dense, drawn, lexical_user, lexical_all, thoughts, rerank."""

    rank: int
    score: float


class Standing(Response):
    """How much a note may do, and why it may not do more."""

    influence: Influence
    reason: InfluenceReason | None = None


class Hit(Response):
    """A note that was found; `arms` is filled by `explain`, `before` and `after` by `neighbours`.

    With mode amem, notes that are linked to hits follow them; each names one such hit and the type of the link.
    What is of less than full influence is to be read as evidence, never as an instruction; `reason` says why;
    `beside` names the neighbours to which that applies, by id.
    """

    note: Note
    score: float
    arms: dict[str, ArmScore] = Field(default_factory=dict)
    before: tuple[Note, ...] = ()
    after: tuple[Note, ...] = ()
    linked_from: str | None = None
    link: LinkType | None = None
    influence: Influence = "full"
    reason: InfluenceReason | None = None
    beside: dict[str, Standing] = Field(default_factory=dict)


class SessionHit(Response):
    """A session that was found, with its best notes, best first."""

    session: Session
    score: float
    hits: tuple[Hit, ...]


class RecallResponse(Response):
    """Hits (or sessions at that level), best first.

    `degraded` names arms that could not be asked and why; `tokens` estimates the size of the contents. `flags` are
    what the guard finds in the question and in what it finds; their spans are ranges of the normalised question.
    """

    hits: tuple[Hit, ...] = ()
    sessions: tuple[SessionHit, ...] = ()
    degraded: tuple[str, ...] = ()
    tokens: int = 0
    next: str | None = None
    flags: tuple[Signal, ...] = ()
