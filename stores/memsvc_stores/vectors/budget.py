"""The open namespaces, least recently used first out."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from memsvc_stores.vectors.opened import OpenNamespace

__all__ = ["OpenNamespaces"]


class OpenNamespaces:
    """Keeps namespaces open within a budget of anonymous RAM. Thread-safe.

    The namespace in use may be larger than the budget: it stays, alone.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._limit = memory_bytes
        self._lock = Lock()
        self._open: OrderedDict[int, OpenNamespace] = OrderedDict()
        self._bytes: dict[int, int] = {}
        self._total = 0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM of all open namespaces."""
        return self._total

    def get(self, row: int) -> OpenNamespace:
        """Return a namespace, new or open, and mark it as used."""
        with self._lock:
            found = self._open.get(row)
            if found is None:
                found = self._open[row] = OpenNamespace()
            else:
                self._open.move_to_end(row)
            return found

    def peek(self, row: int) -> OpenNamespace | None:
        """Return a namespace if it is open."""
        return self._open.get(row)

    def settle(self, row: int, opened: OpenNamespace) -> None:
        """Count a namespace that has changed, and close others until the budget is kept."""
        with self._lock:
            if self._open.get(row) is not opened:
                return
            held = opened.memory_bytes
            self._total += held - self._bytes.get(row, 0)
            self._bytes[row] = held
            while self._total > self._limit and len(self._open) > 1:
                oldest = next(iter(self._open))
                if oldest == row:
                    self._open.move_to_end(row)
                    continue
                self._drop(oldest)

    def drop(self, row: int) -> None:
        """Close a namespace; searches that run go on with what they hold."""
        with self._lock:
            if row in self._open:
                self._drop(row)

    def clear(self) -> None:
        """Close all."""
        with self._lock:
            for row in list(self._open):
                self._drop(row)

    def _drop(self, row: int) -> None:
        del self._open[row]
        self._total -= self._bytes.pop(row, 0)
