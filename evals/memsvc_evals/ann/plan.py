"""How much is measured."""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds` of blocks of so many queries; slow systems and cold searches get smaller blocks.

    A block must be shorter than the changes of a shared machine's load (under a second) and long enough to fill
    the processor's caches again after another system's turn.
    """

    rounds: int = 10
    block: int = 200
    slow_block: int = 10
    cold_block: int = 10
    cold: bool = True
    processes: tuple[int, ...] = (1, 2, 4)
    drive_seconds: float = 2.0
    seed: int = 17

    def rng(self) -> random.Random:
        return random.Random(self.seed)

    def blocks(self, queries: int, *, slow: bool) -> list[list[int]]:
        """Return all query numbers in blocks; for a slow system ten small blocks."""
        size = self.slow_block if slow else self.block
        wanted = min(queries, 10 * size) if slow else queries
        return [list(range(start, min(start + size, wanted))) for start in range(0, wanted, size)]

    def block_of(self, number: int, queries: int, *, size: int) -> list[int]:
        """Return the query numbers of a round, going on through all of them."""
        return [(number * size + i) % queries for i in range(min(size, queries))]
