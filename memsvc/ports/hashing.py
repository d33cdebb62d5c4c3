"""Locality-sensitive hashing: projections, and the buckets that hold notes by their codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import InvalidInput
from memsvc.ports.embedding import Matrix, Vector
from memsvc.ports.ranking import Rows

__all__ = ["Buckets", "Codes", "Epoch", "Hashing", "LshParameters", "Purpose", "ReadBuckets"]

Codes = NDArray[np.int64]


class Purpose(StrEnum):
    """What the tables are for: TiM's own recall, or candidates to merge and to contradict."""

    RECALL = "recall"
    CANDIDATES = "candidates"


@dataclass(frozen=True, slots=True)
class LshParameters:
    """`tables` tables, each by `hashes` cross-polytope hashes of `groups` values that are read as one code.

    Raises InvalidInput when `groups` is odd or below 2, a number is not positive, or a code passes 63 bits.
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
        if self.groups**self.hashes >= 2**63:
            raise InvalidInput(f"{self.hashes} hashes of {self.groups} groups do not fit a code of 63 bits")


@dataclass(frozen=True, slots=True)
class Epoch:
    """The tables of one purpose in a namespace, with their projections (tables, hashes, dimension, groups / 2).

    `mean` is subtracted before hashing; None for none. Notes past a change of parameters are in a new epoch.
    """

    number: int
    purpose: Purpose
    parameters: LshParameters
    model_id: str
    projections: NDArray[np.float64]
    mean: Vector | None = None


class Hashing(Protocol):
    """Computes codes; pure."""

    def projections(self, parameters: LshParameters) -> NDArray[np.float64]:
        """Draw the random matrices of a seed."""

    def codes(self, epoch: Epoch, vectors: Matrix) -> Codes:
        """Return the code of each vector in each table (n, tables); raises DimensionMismatch, InvalidInput (zero,
        not finite)."""

    def probes(self, epoch: Epoch, vector: Vector, *, count: int) -> Codes:
        """Return for each table the `count` codes to look into, best first (tables, count)."""


class ReadBuckets(Protocol):
    def epoch(self, purpose: Purpose) -> Epoch | None:
        """Return the epoch in force."""

    def members(self, epoch: Epoch, codes: Codes) -> Rows:
        """Return the rows, ascending and each once, of visible notes that are in the buckets of `codes`
        (tables, probes)."""

    def codes(self, epoch: Epoch, rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Return the codes of notes that are in the tables, one for each table."""


class Buckets(ReadBuckets, Protocol):
    def open(self, purpose: Purpose, parameters: LshParameters, *, hashing: Hashing, at: datetime) -> Epoch:
        """Return the epoch in force if it has these parameters, else begin a new one that is not in force yet."""

    def put(self, epoch: Epoch, rows: Sequence[int], codes: Codes) -> None:
        """Put notes into the buckets of an epoch, in place of those that they were in."""

    def enforce(self, epoch: Epoch) -> None:
        """Put an epoch in force and delete the one before, with its buckets."""
