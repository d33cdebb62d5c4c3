"""Ranked rows, the vector index and the retriever that joins the arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.recall import Level, Mode
from memsvc.domain.selection import Selection
from memsvc.ports.embedding import Matrix, Model, Vector

__all__ = [
    "Candidates",
    "IndexProblem",
    "IndexStats",
    "NamespaceState",
    "Ranked",
    "RetrievalRequest",
    "Rows",
    "SessionCandidate",
    "VectorDelta",
    "VectorIndex",
    "VectorSource",
]

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Note rows with scores, best first, ties by ascending row."""

    rows: Rows
    scores: NDArray[np.float32]

    @classmethod
    def empty(cls) -> Ranked:
        return cls(np.empty(0, np.int64), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class NamespaceState:
    """A namespace as one read transaction sees it; `last_sequence` is its newest journal entry.

    `row` is never used again for another namespace.
    """

    row: int
    last_sequence: int
    model: Model


@dataclass(frozen=True, slots=True)
class VectorDelta:
    """The present state of every note that changed after a sequence, up to and including `upto`.

    `visible` says for each changed note whether it is active or limited; `purged` notes are gone.
    `note_rows` and `matrix` (float32, one L2-normalised row per key, parallel) hold all keys of the notes
    that were created or re-keyed, whatever their status; they replace what the index had for these notes.
    """

    upto: int
    visible: Mapping[int, bool]
    purged: Sequence[int]
    note_rows: Rows
    matrix: Matrix


class VectorSource(Protocol):
    """Where an index reads the truth from: a Reader of the namespace."""

    def vector_delta(self, after_sequence: int) -> VectorDelta:
        """Return what changed after a sequence; 0 gives everything."""


@dataclass(frozen=True, slots=True)
class IndexProblem:
    """A difference between an index and SQL: `kind` is corrupt | missing | extra | stale | different."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class IndexStats:
    form: str
    vectors: int
    applied_sequence: int
    memory_bytes: int
    disk_bytes: int


class VectorIndex(Protocol):
    """Nearest notes of one namespace; its form per namespace is its own business. Thread-safe.

    It may lag behind SQL: every call first applies what the source has past its watermark (or searches that
    tail exactly), so that a committed write is found at once.
    """

    def search(
        self, source: VectorSource, state: NamespaceState, query: Vector, *, k: int, allowed: Rows | None
    ) -> Ranked:
        """Return the k best notes by the best dot product of any of their keys.

        `allowed` (sorted note rows) restricts the search inside the scan, whatever the notes' status; None
        means all visible notes. Raises DimensionMismatch when the query is not of `state.model`.
        """

    def save(self, source: VectorSource, state: NamespaceState) -> None:
        """Make the present state durable as a new generation, so that the next opening is cheap."""

    def verify(self, source: VectorSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare what is on disk and in memory with the source; change nothing."""

    def rebuild(self, source: VectorSource, state: NamespaceState) -> None:
        """Drop what is there and build from the source."""

    def erase(self, namespace_row: int) -> None:
        """Remove every file and byte of a namespace; a search builds it again."""

    def stats(self, source: VectorSource, state: NamespaceState) -> IndexStats: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RetrievalRequest:
    text: str
    vector: Vector | None
    mode: Mode
    level: Level
    depth: int
    selection: Selection


@dataclass(frozen=True, slots=True)
class SessionCandidate:
    """A session by row, with its notes that were found, best first."""

    session_row: int
    score: float
    note_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Fused notes, best first, with the arms that they came from; `sessions` only at that level."""

    fused: Ranked
    arms: Mapping[str, Ranked] = field(default_factory=dict)
    sessions: tuple[SessionCandidate, ...] = ()
