"""What a coded form of a namespace can do, flat or paged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from memsvc.ports.embedding import Matrix, Vector
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.layout import Bytes2, Indices
from memsvc_stores.vectors.rows import Scored
from memsvc_stores.vectors.segment import Mask

__all__ = ["Accept", "FormSearch", "FormUpdater"]

Accept: TypeAlias = Callable[[Rows], Mask]


class FormSearch(Protocol):
    """A coded form at one epoch. Thread-safe."""

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM that it holds."""

    @property
    def few(self) -> int:
        """Up to how many known rows are scored sooner than searched for."""

    def search(
        self,
        query: Vector,
        z: Vector,
        *,
        keep: int,
        accept: Accept | None,
        share: float,
        where: Indices | None = None,
    ) -> Scored:
        """Return rows that `accept` takes (None: all rows) with their inner products.

        At least `keep` of them, if there are as many. `share` is about the part of all rows that it takes;
        `where` names, ascending, blocks of 64 rows outside of which it takes none.
        """


class FormUpdater(Protocol):
    """A coded form while the writer changes it. `rows` ascend."""

    def insert(self, rows: Rows, vectors: Matrix, codes: Bytes2) -> None:
        """Take in rows that have been written, with their vectors as they came and their codes."""

    def delete(self, rows: Rows) -> None:
        """Let go of rows that will be emptied."""

    def finish(self) -> None:
        """Write what is left to write."""
