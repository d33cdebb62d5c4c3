"""Requests as the domain's inputs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from memsvc import wire
from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.filters import parse_filter
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Kind, Origin, OriginSpan, Status
from memsvc.domain.recall import Level, Mode, QuerySpan, RecallQuery
from memsvc.domain.selection import HOLDING, VISIBLE, Selection
from memsvc.guard.origin import least_trusted

__all__ = ["new_item", "new_session", "recall_query", "selection_of"]

E = TypeVar("E", bound=StrEnum)


def new_item(sent: wire.NewItem) -> NewItem:
    return NewItem(
        content=sent.content,
        kind=Kind(sent.kind),
        event_time=sent.event_time,
        session=None if sent.session is None else SessionId(sent.session),
        metadata=sent.metadata,
        origin=_origin(sent.origin),
        supersedes=None if sent.supersedes is None else NoteId(sent.supersedes),
        origins=tuple(OriginSpan(span.start, span.end, Origin(span.origin)) for span in sent.origins),
        parents=tuple(NoteId(note) for note in sent.parents),
    )


def new_session(sent: wire.NewSession) -> NewSession:
    return NewSession(
        turns=tuple(NewTurn(turn.role, turn.content, turn.at, _origin(turn.origin)) for turn in sent.turns),
        id=None if sent.id is None else SessionId(sent.id),
        started_at=sent.started_at,
        metadata=sent.metadata,
        origin=_origin(sent.origin),
        recalled=tuple(NoteId(note) for note in sent.recalled),
    )


def recall_query(sent: wire.RecallRequest, *, offset: int, ceiling: Origin) -> RecallQuery:
    """Return the question, none of its spans of a more trusted origin than `ceiling`; raises InvalidFilter."""
    selection = Selection(
        statuses=_members(Status, sent.statuses) or VISIBLE,
        kinds=_members(Kind, sent.kinds),
        sessions=None if sent.sessions is None else frozenset(SessionId(s) for s in sent.sessions),
        event_from=sent.event_from,
        event_to=sent.event_to,
        as_of=sent.as_of,
        known_at=sent.known_at,
        condition=None if sent.filter is None else parse_filter(sent.filter),
    )
    return RecallQuery(
        text=sent.text,
        k=sent.k,
        mode=Mode(sent.mode),
        level=Level(sent.level),
        selection=selection,
        min_score=sent.min_score,
        token_budget=sent.token_budget,
        neighbours=sent.neighbours,
        explain=sent.explain,
        offset=offset,
        depth=sent.depth,
        asked_at=sent.asked_at,
        probes=sent.probes,
        spans=tuple(
            QuerySpan(span.text, least_trusted((ceiling, Origin(span.origin)))) for span in sent.spans or ()
        ),
        caller=ceiling,
        full_only=sent.full_only,
    )


def selection_of(
    *,
    statuses: Iterable[wire.Status] | None,
    kinds: Iterable[wire.Kind] | None,
    sessions: Iterable[str] | None,
    event_from: datetime | None,
    event_to: datetime | None,
) -> Selection:
    """Return the selection of a list request; by default pending notes are listed too."""
    return Selection(
        statuses=_members(Status, statuses) or HOLDING,
        kinds=_members(Kind, kinds),
        sessions=None if sessions is None else frozenset(SessionId(s) for s in sessions),
        event_from=event_from,
        event_to=event_to,
    )


def _origin(name: wire.Origin | None) -> Origin | None:
    return None if name is None else Origin(name)


def _members(enum: type[E], names: Iterable[str] | None) -> frozenset[E] | None:
    return None if names is None else frozenset(enum(name) for name in names)
