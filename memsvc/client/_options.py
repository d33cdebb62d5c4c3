"""Keyword options of the client's methods."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from memsvc.wire import JobStatus, Kind, Level, LinkType, Mode, NewOriginSpan, Origin, QuerySpan, Status

__all__ = ["GraphOptions", "ItemOptions", "JobOptions", "ListOptions", "RecallOptions", "SessionOptions"]


class ItemOptions(TypedDict, total=False):
    """About one note to remember; `supersedes` is the id of the note that it replaces.

    `origins` lower the trust in parts of the content, `parents` are the ids of notes that it was made from.
    """

    kind: Kind
    event_time: datetime | None
    session: str | None
    metadata: Mapping[str, Any]
    origin: Origin | None
    supersedes: str | None
    origins: Sequence[NewOriginSpan | Mapping[str, Any]]
    parents: Sequence[str]


class SessionOptions(TypedDict, total=False):
    """About one session to remember; with an `id`, sending it again adds only its new turns.

    `recalled` are the ids of the notes that the agent had read when it spoke.
    """

    id: str | None
    started_at: datetime | None
    metadata: Mapping[str, Any]
    origin: Origin | None
    recalled: Sequence[str]


class JobOptions(TypedDict, total=False):
    """Which jobs to list, joined by AND."""

    status: JobStatus | None
    kind: str | None
    namespace: str | None


class GraphOptions(TypedDict, total=False):
    """How far links are followed (docs/graph.md), and whether contents come along."""

    hops: int
    per_note: int
    nodes: int
    types: Collection[LinkType] | None
    content: bool


class ListOptions(TypedDict, total=False):
    """Which notes to list, joined by AND; `event_from` is inclusive, `event_to` exclusive."""

    statuses: Collection[Status] | None
    kinds: Collection[Kind] | None
    sessions: Collection[str] | None
    event_from: datetime | None
    event_to: datetime | None


class RecallOptions(TypedDict, total=False):
    """How to search: what each option means stands in docs/sdk.md.

    `event_from` is inclusive, `event_to` exclusive; `as_of` asks what held at that time, `known_at` what the
    service knew then, `asked_at` says when the question is asked (now); `token_budget` bounds the estimated size
    of the answer. `spans` take the place of the question and say whom each part of it comes from; `full_only`
    leaves out hits of less than full influence.
    """

    k: int
    mode: Mode
    level: Level
    filter: Mapping[str, Any] | None
    statuses: Collection[Status] | None
    kinds: Collection[Kind] | None
    sessions: Collection[str] | None
    event_from: datetime | None
    event_to: datetime | None
    as_of: datetime | None
    asked_at: datetime | None
    known_at: datetime | None
    min_score: float | None
    token_budget: int | None
    neighbours: int
    explain: bool
    probes: int
    depth: int | None
    spans: Sequence[QuerySpan | Mapping[str, Any]] | None
    full_only: bool
    cursor: str | None
