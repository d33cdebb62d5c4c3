"""Search of the flat form: all codes are scanned, what they say is best is scored by the rows themselves."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.forms import Accept
from memsvc_stores.vectors.layout import Stored
from memsvc_stores.vectors.rows import Scorer, StoredRows
from memsvc_stores.vectors.scores import Scores

__all__ = ["FlatSearch"]

# With 75 rows scored, recall@10 was .998 on 100,000 real notes; with twice as many rows as results, above .99.
_LEAST_RERANKED = 75
# Fewer rows have fewer rivals: so much of these is scored, for .99 from half of the rows down to a hundredth.
_HALF_WANTED, _WANTED_PER_HALVING, _LEAST_WANTED = 0.78, 0.065, 0.48
_PER_RESULT = 2
_ENOUGH = 0.8
_MARGIN = 1.1
_LEAST_SHARE = 1e-6
_MOST_SCANNED = 4096
_SCANNED_AS_ONE = 40
_AS_ROOT = 8
_BLOCK = 65_536
_PAGES = 1024


class FlatSearch:
    """Codes of one epoch in RAM. Thread-safe; its methods raise Damaged."""

    def __init__(
        self,
        stored: Stored,
        codec: Codec,
        *,
        scorer: Callable[[], Scorer],
        reranked: int = _LEAST_RERANKED,
    ) -> None:
        self._rows = StoredRows(stored, codec.dimension)
        self._count = stored.meta.rows
        self._scorer = scorer
        self._reranked = reranked
        pages = stored.array("codes")
        self._codes = ResidentCodes(codec, pages.count)
        for start in range(0, pages.count, _PAGES):
            some = np.arange(start, min(start + _PAGES, pages.count))
            pages.gather(some, self._codes.pages[start : start + some.size])

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM."""
        return self._codes.nbytes

    @property
    def few(self) -> int:
        """Up to how many known rows are scored sooner than searched for."""
        # A scan takes longer the more rows there are, and the fewer of them are wanted: where the times cross.
        return self._count // _SCANNED_AS_ONE + int(_AS_ROOT * math.sqrt(self._count))

    def search(
        self, query: Vector, z: Vector, *, keep: int, accept: Accept | None, share: float
    ) -> tuple[Rows, Scores]:
        """Return rows that `accept` takes with their inner products, best first; see FormSearch.

        When the scan would have to go far to find `keep` of them, all rows that are accepted are scored.
        """
        wanted = max(self._wanted(share), _PER_RESULT * keep)
        scanned = wanted if share >= _ENOUGH else int(_MARGIN * wanted / max(share, _LEAST_SHARE))
        while scanned <= _MOST_SCANNED and 2 * scanned < self._count:
            positions, _ = self._codes.search(z, scanned)
            rows = positions[positions < self._count]
            rows = rows if accept is None else rows[accept(rows)]
            if rows.size >= max(keep, _ENOUGH * wanted):
                return self._scored(query, rows[:wanted], keep)
            scanned = int(_MARGIN * wanted * scanned / max(rows.size, 1))
        return self._scored(query, self._accepted(accept), keep)

    def _wanted(self, share: float) -> int:
        """Return how many rows to score for the best ten of a share of all rows."""
        if share >= _ENOUGH:
            return self._reranked
        part = _HALF_WANTED + _WANTED_PER_HALVING * (1 + math.log2(max(share, _LEAST_SHARE)))
        return math.ceil(self._reranked * max(part, _LEAST_WANTED))

    def _scored(self, query: Vector, rows: Rows, keep: int) -> tuple[Rows, Scores]:
        return self._rows.top(self._scorer(), query, rows, keep=keep)

    def _accepted(self, accept: Accept | None) -> Rows:
        if accept is None:
            return np.arange(self._count)
        blocks = (np.arange(start, min(start + _BLOCK, self._count)) for start in range(0, self._count, _BLOCK))
        found = [block[accept(block)] for block in blocks]
        return np.concatenate(found) if found else np.empty(0, np.int64)
