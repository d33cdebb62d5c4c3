"""How a question finds candidates, and by which texts a note can be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from memsvc.domain.notes import KeyKind, TurnSpan
from memsvc.ports.ranking import Candidates, NamespaceState, RetrievalRequest
from memsvc.ports.storage import Reader

__all__ = ["KeyMaker", "KeySpan", "Retriever"]


@dataclass(frozen=True, slots=True)
class KeySpan:
    """A range of a note's content by which it is to be found; it may be longer than the embedder's window."""

    kind: KeyKind
    start: int
    end: int


class KeyMaker(Protocol):
    def spans(self, content: str, turns: Sequence[TurnSpan]) -> list[KeySpan]:
        """Return at least one non-blank range for content that is not blank."""


class Retriever(Protocol):
    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates:
        """Ask the arms of the request's mode and fuse what they find; one snapshot, no network."""
