"""Locality-sensitive hashing: projections, and the buckets that hold notes by their codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import InvalidInput
from memsvc.ports.ranking import Rows

__all__ = ["Buckets", "Codes", "Epoch", "Hashing", "LshParameters", "Points", "Purpose", "ReadBuckets"]

Codes: TypeAlias = NDArray[np.int64]
Points: TypeAlias = NDArray[np.floating[Any]]

_MOST_BYTES = 64 << 20


class Purpose(StrEnum):
    """What the tables are for: TiM's own recall, or candidates to merge and to contradict."""

    RECALL = "recall"
    CANDIDATES = "candidates"


@dataclass(frozen=True, slots=True)
class LshParameters:
    """`tables` tables, each by `hashes` cross-polytope hashes of `groups` values that are read as one code.

    Raises InvalidInput when `groups` is odd or below 2, a number is not positive, the codes of all tables pass 63
    bits, or the projections 64 MiB.
    """

    dimension: int
    groups: int
    hashes: int = 1
    tables: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.groups < 2 or self.groups % 2:
            raise InvalidInput(f"the number of groups b must be even and at least 2, not {self.groups}")
        if min(self.dimension, self.hashes, self.tables) < 1 or self.seed < 0:
            raise InvalidInput("dimension, hashes and tables must be at least 1, and the seed at least 0")
        if self.tables * self.codes >= 2**63:
            raise InvalidInput(f"{self.hashes} hashes of {self.groups} groups do not fit a code of 63 bits")
        if self.tables * self.hashes * self.dimension * self.groups * 4 > _MOST_BYTES:
            raise InvalidInput(
                f"the projections of {self.tables} tables by {self.hashes} hashes of {self.groups} groups in "
                f"{self.dimension} dimensions pass {_MOST_BYTES >> 20} MiB; take fewer tables, hashes or groups"
            )

    @property
    def codes(self) -> int:
        """How many codes a table has."""
        return int(self.groups**self.hashes)


@dataclass(frozen=True, slots=True)
class Epoch:
    """The tables of one purpose in a namespace, with their projections (tables, hashes, dimension, groups / 2).

    Notes past a change of parameters are in a new epoch.
    """

    number: int
    purpose: Purpose
    parameters: LshParameters
    model_id: str
    projections: NDArray[np.float64]


class Hashing(Protocol):
    """Computes codes; pure."""

    def projections(self, parameters: LshParameters) -> NDArray[np.float64]:
        """Draw the random matrices of a seed."""

    def codes(self, epoch: Epoch, vectors: Points) -> Codes:
        """Return the code of each vector in each table (n, tables); raises DimensionMismatch, InvalidInput (zero,
        not finite)."""

    def probes(self, epoch: Epoch, vector: Points, *, count: int) -> Codes:
        """Return for each table the `count` codes to look into, best first (tables, count); all, if there are
        fewer."""


class ReadBuckets(Protocol):
    def epoch(self, purpose: Purpose) -> Epoch | None:
        """Return the epoch in force."""

    def pending(self, purpose: Purpose) -> Epoch | None:
        """Return the epoch that is being filled beside the one in force."""

    def members(self, epoch: Epoch, codes: Codes, *, hidden: bool = False) -> Rows:
        """Return the rows, ascending and each once, of visible notes (with `hidden` of notes of any status) that
        are in the buckets of `codes` (tables, probes)."""

    def codes(self, epoch: Epoch, rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Return the codes of notes that are in the tables, one for each table."""


class Buckets(ReadBuckets, Protocol):
    def open(self, purpose: Purpose, parameters: LshParameters, *, hashing: Hashing, at: datetime) -> Epoch:
        """Return the epoch in force if it has these parameters, else the pending one; begin one if there is none.

        A pending epoch of other parameters is given up.
        """

    def put(self, epoch: Epoch, rows: Sequence[int], codes: Codes) -> None:
        """Put notes into the buckets of an epoch, in place of those that they were in; raises NotFound."""

    def enforce(self, epoch: Epoch) -> None:
        """Put an epoch in force and delete the others of its purpose, with their buckets; raises NotFound."""
