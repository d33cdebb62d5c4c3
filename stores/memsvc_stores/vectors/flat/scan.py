"""Scans of a flat form's codes: of all pages in RAM, or of some where they are stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.codes.scanner import MOST_PAGES, Scanner
from memsvc_stores.vectors.layout import SLOTS, Indices, Pages

__all__ = ["CodeScan"]

_PAGES: Final = 1024
# The scan of single pages is slower by a third than that of all of them.
_MOST_PART: Final = 0.7


class CodeScan:
    """Thread-safe; its methods raise Damaged."""

    def __init__(self, pages: Pages, codec: Codec, *, scanner: Callable[[], Scanner]) -> None:
        self._stored = pages
        self._scanner = scanner
        self._resident = ResidentCodes(codec, pages.count)
        for start in range(0, pages.count, _PAGES):
            some = np.arange(start, min(start + _PAGES, pages.count))
            pages.gather(some, self._resident.pages[start : start + some.size])

    @property
    def nbytes(self) -> int:
        """Bytes of anonymous RAM."""
        return self._resident.nbytes

    def sooner(self, pages: Indices) -> bool:
        """Say whether some pages are sooner scanned by themselves than among all."""
        return pages.size <= _MOST_PART * self._stored.count

    def best(self, z: Vector, r: int, *, pages: Indices | None = None) -> Rows:
        """Return the rows of the best r codes, best first, unused ones too; None means all pages."""
        if pages is None:
            return self._resident.search(z, r)[0]
        scanner = self._scanner()
        rows, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for start in range(0, pages.size, MOST_PAGES):
            some = pages[start : start + MOST_PAGES]
            found, estimates = self._stored.in_place(some, lambda at: scanner.search(z, at, r))
            rows.append(SLOTS * some[found // SLOTS] + found % SLOTS)
            scores.append(estimates)
        order = np.argsort(-np.concatenate(scores), kind="stable")[:r]
        best: Rows = np.concatenate(rows)[order]
        return best
