"""How a question finds candidates, and by which texts a note can be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memsvc.domain.notes import KeyKind, TurnSpan
from memsvc.ports.ranking import Candidates, NamespaceState, Ranked, RetrievalRequest
from memsvc.ports.storage import Reader

__all__ = ["DrawnKey", "KeyMaker", "KeySpan", "Passage", "Retriever"]


@dataclass(frozen=True, slots=True)
class Passage:
    """What keys are made of: a note's content with the spans of its turns, and when it was said."""

    content: str
    turns: Sequence[TurnSpan]
    at: datetime


@dataclass(frozen=True, slots=True)
class KeySpan:
    """A range of a note's content by which it is to be found; it may be longer than the embedder's window."""

    kind: KeyKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DrawnKey:
    """A text that says what a note tells, not always in its words; `event_*` bound when that happened."""

    kind: KeyKind
    text: str
    event_start: datetime | None = None
    event_end: datetime | None = None


class KeyMaker(Protocol):
    """Makes keys; the same passage gives the same keys as long as `version` is the same."""

    @property
    def version(self) -> str: ...

    def keys(self, passage: Passage) -> list[KeySpan | DrawnKey]:
        """Return at least one non-blank range for content that is not blank."""


class Retriever(Protocol):
    def to_embed(self, reader: Reader, state: NamespaceState, question: str) -> str:
        """Return what of the question is to be embedded, knowing how the namespace's notes are written."""

    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates:
        """Ask the arms of the request's mode and fuse what they find; one snapshot, no network."""

    def reordered(self, candidates: Candidates, fused: Ranked) -> Candidates:
        """Return the candidates with their notes in another order, and their sessions ranked by it."""

    def forget(self, namespace_row: int) -> None:
        """Keep in memory nothing of what the notes of a namespace say."""
