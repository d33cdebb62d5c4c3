"""The forms of the index that pass the contract: a name, and how to open it on a directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from memsvc.ports.ranking import Ranked, VectorIndex
from memsvc_stores.vectors.paged.search import Effort
from memsvc_stores.vectors.tiered import TieredVectorIndex

__all__ = ["FORMS", "listed"]

_ALL = 1 << 20
_EVERYTHING = Effort(_ALL, _ALL, _ALL)

FORMS: dict[str, Callable[[Path], VectorIndex]] = {
    "memory": lambda _: TieredVectorIndex(None, memory_bytes=1 << 20),
    "flat": lambda directory: TieredVectorIndex(directory, memory_bytes=1 << 20, exact_keys=0, reranked=_ALL),
    "paged": lambda directory: TieredVectorIndex(
        directory, memory_bytes=1 << 20, exact_keys=0, flat_keys=8, reranked=_ALL, effort=_EVERYTHING
    ),
    "scanned": lambda directory: TieredVectorIndex(directory, memory_bytes=1 << 20, exact_keys=0),
    "starved": lambda directory: TieredVectorIndex(directory, memory_bytes=0, exact_keys=3, reranked=_ALL),
}


def listed(ranked: Ranked) -> list[tuple[int, float]]:
    """Return rows with scores as plain pairs."""
    return list(zip(ranked.rows.tolist(), ranked.scores.tolist(), strict=True))
