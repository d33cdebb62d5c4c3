"""Search of the flat form: all codes are scanned, what they say is best is scored by the rows themselves."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.flat.scan import CodeScan
from memsvc_stores.vectors.forms import Accept
from memsvc_stores.vectors.layout import SLOTS, Indices, Stored
from memsvc_stores.vectors.rows import Scored, Scorer, StoredRows

__all__ = ["FlatSearch"]

# With 75 rows scored, recall@10 was .992 on 100,000 real notes; with twice as many rows as results, above .99.
_LEAST_RERANKED, _MEASURED = 75, 100_000
# Fewer notes are fewer rivals: so much of these is scored, for .99 among half of those notes down to a hundredth.
_HALF_WANTED, _WANTED_PER_HALVING, _LEAST_WANTED = 0.96, 0.084, 0.48
_PER_RESULT = 2
_ENOUGH = 0.8
_MARGIN = 1.1
_LEAST_SHARE = 1e-6
_MOST_SCANNED = 4096
_SCANNED_AS_ONE = 60
_AS_ROOT = 5
_BLOCK = 65_536


class FlatSearch:
    """Codes of one epoch in RAM. Thread-safe; its methods raise Damaged."""

    def __init__(
        self,
        stored: Stored,
        codec: Codec,
        *,
        scanner: Callable[[], Scanner],
        scorer: Callable[[], Scorer],
        reranked: int = _LEAST_RERANKED,
    ) -> None:
        self._rows = StoredRows(stored, codec.dimension)
        self._count = stored.meta.rows
        self._scorer = scorer
        self._reranked = reranked
        self._codes = CodeScan(stored.array("codes"), codec, scanner=scanner)

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
        self,
        query: Vector,
        z: Vector,
        *,
        keep: int,
        accept: Accept | None,
        share: float,
        where: Indices | None = None,
    ) -> Scored:
        """Return rows that `accept` takes with their inner products; see FormSearch.

        When the scan would have to go far to find `keep` of them, all rows that are accepted are scored.
        """
        wanted = max(self._wanted(share), _PER_RESULT * keep)
        count, pages = self._count, where if where is not None and self._codes.sooner(where) else None
        if pages is not None:
            count = SLOTS * pages.size
            share = min(share * self._count / max(count, 1), 1.0)
        scanned = wanted if share >= _ENOUGH else int(_MARGIN * wanted / max(share, _LEAST_SHARE))
        while scanned <= _MOST_SCANNED and 2 * scanned < count:
            rows = self._codes.best(z, scanned, pages=pages)
            rows = rows[rows < self._count]
            rows = rows if accept is None else rows[accept(rows)]
            if rows.size >= max(keep, _ENOUGH * wanted):
                return self._scored(query, rows[:wanted], keep)
            scanned = int(_MARGIN * wanted * scanned / max(rows.size, 1))
        return self._scored(query, self._accepted(accept, where), keep)

    def _wanted(self, share: float) -> int:
        """Return how many rows to score for the best ten of a share of all rows."""
        rivals = share * self._count / _MEASURED
        if rivals >= _ENOUGH:
            return self._reranked
        part = _HALF_WANTED + _WANTED_PER_HALVING * (1 + math.log2(max(rivals, _LEAST_SHARE)))
        return math.ceil(self._reranked * max(part, _LEAST_WANTED))

    def _scored(self, query: Vector, rows: Rows, keep: int) -> Scored:
        return self._rows.top(self._scorer(), query, rows, keep=keep)

    def _accepted(self, accept: Accept | None, where: Indices | None) -> Rows:
        rows = np.arange(self._count)
        if where is not None:
            rows = (SLOTS * where[:, None] + np.arange(SLOTS)).ravel()
            rows = rows[rows < self._count]
        if accept is None:
            return rows
        blocks = [rows[start : start + _BLOCK] for start in range(0, rows.size, _BLOCK)]
        found = [block[accept(block)] for block in blocks]
        return np.concatenate(found) if found else np.empty(0, np.int64)
