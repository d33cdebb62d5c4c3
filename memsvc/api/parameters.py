"""The path, query and header parameters that routes share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Header, Path, Query

from memsvc.wire import NAME_PATTERN, Instant, Kind, Name, Reason, Status

__all__ = [
    "Cursor",
    "EventFrom",
    "EventTo",
    "IdempotencyKey",
    "IfMatch",
    "IfNoneMatch",
    "Kinds",
    "Limit",
    "Namespace",
    "NoteIdentifier",
    "SessionIdentifier",
    "Sessions",
    "Statuses",
    "WhyForgotten",
]

Namespace: TypeAlias = Annotated[str, Path(pattern=NAME_PATTERN)]
NoteIdentifier: TypeAlias = Annotated[str, Path(pattern=NAME_PATTERN)]
SessionIdentifier: TypeAlias = Annotated[str, Path(pattern=NAME_PATTERN)]
Limit: TypeAlias = Annotated[int, Query(ge=1, le=200, description="How many items a page has.")]
Cursor: TypeAlias = Annotated[
    str | None, Query(min_length=1, max_length=512, description="`next` of the page before, for the same query.")
]
Statuses: TypeAlias = Annotated[
    list[Status] | None,
    Query(max_length=7, description="Only these; by default active, limited and pending notes."),
]
Kinds: TypeAlias = Annotated[list[Kind] | None, Query(max_length=5, description="Only notes of these kinds.")]
Sessions: TypeAlias = Annotated[list[Name] | None, Query(max_length=100, description="Only notes of these.")]
EventFrom: TypeAlias = Annotated[Instant | None, Query(description="Only what happened then or later.")]
EventTo: TypeAlias = Annotated[Instant | None, Query(description="Only what happened before.")]
WhyForgotten: TypeAlias = Annotated[Reason | None, Query(description="Kept in the note's history.")]
IdempotencyKey: TypeAlias = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="A repeat with the same key and body gets the first answer; with another body, 422.",
    ),
]
IfMatch: TypeAlias = Annotated[str | None, Header(max_length=64, description="The ETag as read, or *.")]
IfNoneMatch: TypeAlias = Annotated[str | None, Header(max_length=512)]
