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
from memsvc.domain.notes import Kind, Origin, Status
from memsvc.domain.recall import Level, Mode, RecallQuery
from memsvc.domain.selection import HOLDING, VISIBLE, Selection

__all__ = ["new_item", "new_session", "recall_query", "selection_of"]

E = TypeVar("E", bound=StrEnum)


def new_item(sent: wire.NewItem) -> NewItem:
    return NewItem(
        content=sent.content,
        kind=Kind(sent.kind),
        event_time=sent.event_time,
        session=None if sent.session is None else SessionId(sent.session),
        metadata=sent.metadata,
        origin=None if sent.origin is None else Origin(sent.origin),
        supersedes=None if sent.supersedes is None else NoteId(sent.supersedes),
    )


def new_session(sent: wire.NewSession) -> NewSession:
    return NewSession(
        turns=tuple(NewTurn(turn.role, turn.content, turn.at) for turn in sent.turns),
        id=None if sent.id is None else SessionId(sent.id),
        started_at=sent.started_at,
        metadata=sent.metadata,
        origin=None if sent.origin is None else Origin(sent.origin),
    )


def recall_query(sent: wire.RecallRequest, *, offset: int) -> RecallQuery:
    """Return the question; raises InvalidFilter."""
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
        text=sent.query,
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


def _members(enum: type[E], names: Iterable[str] | None) -> frozenset[E] | None:
    return None if names is None else frozenset(enum(name) for name in names)
