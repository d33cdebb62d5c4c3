"""A note as a store would return it."""

from __future__ import annotations

from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Kind, Note, Origin, Status
from tests.support.drafts import at, sha256

__all__ = ["NOTE"]

NOTE = Note(
    row=1,
    id=NoteId("018df9e2-b200-7000-8000-000000000001"),
    kind=Kind.SUMMARY,
    content="green tea",
    content_hash=sha256("green tea"),
    event_time=at(10),
    ingest_time=at(20),
    origin=Origin.TOOL_INTERNAL,
    trust=0.8,
    status=Status.ACTIVE,
    version=1,
    session=SessionId("s-1"),
)
