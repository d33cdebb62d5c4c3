"""Ranked rows, the vector index and the retriever that joins the arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.notes import KeyGroup
from memsvc.domain.recall import Level, Mode
from memsvc.domain.selection import Selection
from memsvc.ports.embedding import Matrix, Model, Vector

__all__ = [
    "Candidates",
    "IndexProblem",
    "IndexStats",
    "KeyIndex",
    "KeyedSource",
    "NamespaceState",
    "Ranked",
    "RetrievalRequest",
    "Rows",
    "SessionCandidate",
    "Times",
    "VectorDelta",
    "VectorIndex",
    "VectorSource",
    "Within",
]

Rows = NDArray[np.int64]
Times = NDArray[np.int64]


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
    that were created or re-keyed, whatever their status; they replace what the index had for these notes. Those of
    such notes that have no key now are `keyless`: they replace it by nothing.
    `times` (n, 2), parallel to `note_rows`: event and ingest time in microseconds since 1970; None when the
    source has none.
    """

    upto: int
    visible: Mapping[int, bool]
    purged: Sequence[int]
    note_rows: Rows
    matrix: Matrix
    times: Times | None = None
    keyless: Sequence[int] = ()


class VectorSource(Protocol):
    """Where an index reads the truth from: a Reader of the namespace."""

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        """Return what changed after a sequence; 0 gives everything.

        `limit` is the most journal entries to go through; `upto` then says how far that was.
        """


@dataclass(frozen=True, slots=True)
class Within:
    """Ranges of a note's event and ingest time, microseconds since 1970: from inclusive, to exclusive.

    None means unrestricted.
    """

    event_from: int | None = None
    event_to: int | None = None
    ingest_from: int | None = None
    ingest_to: int | None = None

    def holds(self, times: Times) -> NDArray[np.bool_]:
        """Say for each pair of times (n, 2) whether it lies in the ranges."""
        kept = np.ones(len(times), np.bool_)
        for axis, (start, end) in enumerate(
            ((self.event_from, self.event_to), (self.ingest_from, self.ingest_to))
        ):
            if start is not None:
                kept &= times[:, axis] >= start
            if end is not None:
                kept &= times[:, axis] < end
        return kept


@dataclass(frozen=True, slots=True)
class IndexProblem:
    """A difference between an index and SQL: `kind` is corrupt | missing | extra | stale | different."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class IndexStats:
    """`form` is exact | flat | paged; `memory_bytes` is anonymous RAM."""

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
        self,
        source: VectorSource,
        state: NamespaceState,
        query: Vector,
        *,
        k: int,
        allowed: Rows | None,
        within: Within | None = None,
    ) -> Ranked:
        """Return the k best notes by the best dot product of any of their keys.

        `allowed` (sorted note rows) restricts the search inside the scan, whatever the notes' status; None
        means all visible notes. `within` restricts it further, by time. Raises DimensionMismatch when the
        query is not of `state.model`.
        """

    def save(self, source: VectorSource, state: NamespaceState) -> None:
        """Make the present state durable, so that the next opening is cheap."""

    def verify(self, source: VectorSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare what is on disk and in memory with the source; change nothing."""

    def rebuild(self, source: VectorSource, state: NamespaceState) -> None:
        """Drop what is there and build from the source."""

    def compact(self, source: VectorSource, state: NamespaceState) -> None:
        """Write anew what changes have left loose, and give the room of removed notes back."""

    def purge(self, source: VectorSource, state: NamespaceState) -> None:
        """Leave in no file a byte of the notes that the source does not have any more.

        Raises StorageBusy when another process does not let go of such files in time.
        """

    def erase(self, namespace_row: int) -> None:
        """Remove every file and byte of a namespace; a search builds it again."""

    def stats(self, source: VectorSource, state: NamespaceState) -> IndexStats: ...

    def close(self) -> None: ...


class KeyedSource(VectorSource, Protocol):
    """A source that can leave out keys: a Reader of the namespace."""

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        """Return what `VectorSource.vector_delta` does, without keys of other groups than the one named.

        Notes that have no key of the group are there all the same, by their visibility.
        """

    def may_have(self, group: KeyGroup) -> bool:
        """Return False only when no note has a key of the group; costs one look-up."""


class KeyIndex(Protocol):
    """Nearest notes by each group of their keys; otherwise as VectorIndex. Thread-safe."""

    def search(
        self,
        source: KeyedSource,
        state: NamespaceState,
        query: Vector,
        *,
        group: KeyGroup,
        k: int,
        allowed: Rows | None,
        within: Within | None = None,
    ) -> Ranked:
        """Return the k best notes by the best dot product of any of their keys in the group."""

    def save(self, source: KeyedSource, state: NamespaceState) -> None: ...

    def verify(self, source: KeyedSource, state: NamespaceState) -> list[IndexProblem]: ...

    def rebuild(self, source: KeyedSource, state: NamespaceState) -> None: ...

    def compact(self, source: KeyedSource, state: NamespaceState) -> None: ...

    def purge(self, source: KeyedSource, state: NamespaceState) -> None: ...

    def erase(self, namespace_row: int) -> None: ...

    def stats(self, source: KeyedSource, state: NamespaceState) -> IndexStats:
        """Return the sums over the groups, and the form of the whole texts."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RetrievalRequest:
    """What to look for; `asked_at` is when the question is asked, for what it says of time.

    `probes` is into how many groups mode tim looks.
    """

    text: str
    vector: Vector | None
    mode: Mode
    level: Level
    depth: int
    selection: Selection
    asked_at: datetime
    probes: int = 1


@dataclass(frozen=True, slots=True)
class SessionCandidate:
    """A session by row, with its notes that were found, best first."""

    session_row: int
    score: float
    note_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Fused notes, best first, with the arms that they came from; `sessions` only at that level.

    `degraded` says what could not be asked, and why. `raised_by` names for some rows others that they rest on: the
    thought that raised a note, or the notes from which links lead to one that no arm found.
    """

    fused: Ranked
    arms: Mapping[str, Ranked] = field(default_factory=dict)
    sessions: tuple[SessionCandidate, ...] = ()
    degraded: tuple[str, ...] = ()
    raised_by: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
