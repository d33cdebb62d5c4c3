"""One retriever out of several: each mode's own, and one for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from memsvc.domain.recall import Mode
from memsvc.ports.ranking import Candidates, NamespaceState, Ranked, RetrievalRequest
from memsvc.ports.retrieval import Retriever
from memsvc.ports.storage import Reader

__all__ = ["ByMode", "Retrieves"]


class Retrieves(Protocol):
    """The part of a Retriever that a mode has of its own."""

    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates: ...


class ByMode:
    """Asks the retriever of the request's mode; all else is the default's."""

    def __init__(self, default: Retriever, modes: Mapping[Mode, Retrieves]) -> None:
        self._default = default
        self._modes = modes

    def to_embed(self, reader: Reader, state: NamespaceState, question: str) -> str:
        return self._default.to_embed(reader, state, question)

    def retrieve(self, reader: Reader, state: NamespaceState, request: RetrievalRequest) -> Candidates:
        return self._modes.get(request.mode, self._default).retrieve(reader, state, request)

    def reordered(self, candidates: Candidates, fused: Ranked) -> Candidates:
        return self._default.reordered(candidates, fused)

    def forget(self, namespace_row: int) -> None:
        self._default.forget(namespace_row)
