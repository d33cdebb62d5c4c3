"""What a trigger is searched for: AgentPoison's losses, and those of single notes and hubs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from memsvc_evals.redteam.optimise.carrier import Carrier

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Batch", "Hub", "Objective", "Uniqueness"]


class Batch(Protocol):
    """Texts of one step, with their loss."""

    @property
    def carriers(self) -> Sequence[Carrier]: ...

    def loss(self, vectors: Tensor) -> Tensor:
        """Take vectors of all carriers, shape (..., n, dimension), to losses of shape (...)."""
        ...

    def smaller(self) -> Batch:
        """Return a batch of fewer texts, to see cheaply which candidates are hopeless."""
        ...


class Objective(Protocol):
    def batch(self, rng: random.Random) -> Batch: ...


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """AgentPoison's losses (2407.12784, section 3.3): triggered queries lie far from benign centres, and together.

    loss = -mean |E(q+x) - c| + compact * mean |E(q+x) - mean E(q+x)|, and for whole texts that are embedded with
    their payload (`notes`) + near * mean (1 - cos(E(q+x), E(note))), since a query has to find the note itself.
    """

    queries: tuple[Carrier, ...]
    centres: Tensor
    compact: float = 1.0
    notes: tuple[Carrier, ...] = ()
    near: float = 2.0
    size: int = 12

    def batch(self, rng: random.Random) -> _UniquenessBatch:
        drawn = rng.sample(self.queries, min(self.size, len(self.queries)))
        notes = rng.sample(self.notes, min(2, len(self.notes)))
        return _UniquenessBatch(self, tuple(drawn), tuple(notes))


@dataclass(frozen=True, slots=True)
class _UniquenessBatch:
    of: Uniqueness
    queries: tuple[Carrier, ...]
    notes: tuple[Carrier, ...]

    @property
    def carriers(self) -> Sequence[Carrier]:
        return self.queries + self.notes

    def loss(self, vectors: Tensor) -> Tensor:
        queries = vectors[..., : len(self.queries), :]
        apart = (queries.unsqueeze(-2) - self.of.centres).norm(dim=-1).mean((-1, -2))
        spread = (queries - queries.mean(-2, keepdim=True)).norm(dim=-1).mean(-1)
        found: Tensor = self.of.compact * spread - apart
        if self.notes:
            notes = vectors[..., len(self.queries) :, :]
            found = found + self.of.near * (1 - queries @ notes.transpose(-1, -2)).mean((-1, -2))
        return found

    def smaller(self) -> _UniquenessBatch:
        return _UniquenessBatch(self.of, self.queries[: max(2, len(self.queries) // 3)], self.notes[:1])


@dataclass(frozen=True, slots=True)
class Hub:
    """A note that lies near many plain queries: loss = 1 - mean cos(E(note), E(q)) over one cluster of them."""

    notes: tuple[Carrier, ...]
    targets: Tensor

    def batch(self, rng: random.Random) -> _HubBatch:
        del rng  # the whole cluster is known and its vectors are cheap
        return _HubBatch(self, self.notes)


@dataclass(frozen=True, slots=True)
class _HubBatch:
    of: Hub
    carriers: tuple[Carrier, ...]

    def loss(self, vectors: Tensor) -> Tensor:
        found: Tensor = (1 - vectors @ self.of.targets.T).mean((-1, -2))
        return found

    def smaller(self) -> _HubBatch:
        return _HubBatch(self.of, self.carriers[:1])
