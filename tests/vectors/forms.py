"""The forms of the index that pass the contract: a name, and how to open it on a directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from memsvc.ports.ranking import Ranked, VectorIndex
from memsvc_stores.vectors import ExactVectorIndex

__all__ = ["FORMS", "listed"]

FORMS: dict[str, Callable[[Path], VectorIndex]] = {
    "memory": lambda _: ExactVectorIndex(None, memory_bytes=1 << 20),
    "files": lambda directory: ExactVectorIndex(directory, memory_bytes=1 << 20, save_rows=1),
    "starved": lambda directory: ExactVectorIndex(directory, memory_bytes=0, save_rows=4),
}


def listed(ranked: Ranked) -> list[tuple[int, float]]:
    """Return rows with scores as plain pairs."""
    return list(zip(ranked.rows.tolist(), ranked.scores.tolist(), strict=True))
