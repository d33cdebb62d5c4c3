"""Search of the paged form: heads name the postings, codes name the rows, the rows are scored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.forms import Accept
from memsvc_stores.vectors.layout import EMPTY, SLOTS, Indices, Stored
from memsvc_stores.vectors.rows import Scorer, StoredRows
from memsvc_stores.vectors.scores import Scores

__all__ = ["LEVELS", "Effort", "PagedSearch"]

_ENOUGH = 0.8
_LEAST = 16
_WIDER = 4
_MOST_GATHERED = 4096
_LANDMARK = 31


@dataclass(frozen=True, slots=True)
class Effort:
    """About how many postings are read and how many positions are looked up, for up to `results` results.

    With a `margin`, a query reads the postings whose heads score within it of the 32nd best, but at least half
    and at most one and a half times `postings`: a query near few heads reads fewer (SPANN's query-aware pruning,
    whose eps2 measured from the first head tells questions apart badly, since they are far from all heads).
    """

    postings: int
    rows: int
    results: int = 20
    margin: float | None = 0.1

    def scaled(self, keep: int) -> Effort:
        """Return the effort for more results: both numbers grow with them."""
        if keep <= self.results:
            return self
        factor = keep / self.results
        return Effort(int(self.postings * factor**0.7), int(self.rows * factor), keep, self.margin)


LEVELS = {"fast": Effort(96, 100), "balanced": Effort(224, 250), "accurate": Effort(512, 400)}


class PagedSearch:
    """Head codes of one epoch in RAM, everything else in mapped pages. Thread-safe; its methods raise Damaged."""

    def __init__(
        self, stored: Stored, codec: Codec, *, scorer: Callable[[], Scorer], effort: Effort = LEVELS["balanced"]
    ) -> None:
        self._rows = StoredRows(stored, codec.dimension)
        self._codes, self._ids = stored.array("codes"), stored.array("ids")
        self._scorer = scorer
        self._effort = effort
        self._codec = codec
        self._count = self._codes.count
        self._row_count = stored.meta.rows
        self._own = threading.local()
        heads = stored.array("heads")
        self._heads = ResidentCodes(codec, heads.count)
        heads.gather(np.arange(heads.count), self._heads.pages)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM."""
        return self._heads.nbytes

    def search(
        self, query: Vector, z: Vector, *, keep: int, accept: Accept | None, share: float
    ) -> tuple[Rows, Scores]:
        """Return rows that `accept` takes with their inner products, best first; see FormSearch."""
        # The best of a part of the rows are spread over as many more of all rows.
        effort = self._effort.scaled(keep if share >= _ENOUGH else int(max(keep, _LEAST) / max(share, 1e-6)))
        postings, asked = effort.postings, effort.rows
        while True:
            rows = self._candidates(self._postings(z, postings), z, asked)
            rows = rows if accept is None else rows[accept(rows)]
            if rows.size >= max(keep, _LEAST) or postings >= self._count:
                if postings < self._count or asked >= SLOTS * self._count or rows.size >= keep:
                    return self._scored(query, rows)
                asked = SLOTS * self._count
                continue
            postings, asked = _WIDER * postings, _WIDER * asked

    def _postings(self, z: Vector, about: int) -> Indices:
        """Return the postings to read, best head first."""
        margin = self._effort.margin
        most = about if margin is None else about + about // 2
        found, scores = self._heads.search(z, min(most, SLOTS * len(self._heads.pages)))
        if margin is not None and found.size > _LANDMARK and most < self._count:
            near = int(np.searchsorted(-scores, margin - scores[_LANDMARK], side="right"))
            found = found[: max(near, about // 2)]
        return found[found < self._count]

    def _candidates(self, found: Indices, z: Vector, asked: int) -> Rows:
        """Return the distinct rows in the best positions of postings, by number."""
        parts = [
            self._scanned(z, found[start : start + _MOST_GATHERED], asked)
            for start in range(0, found.size, _MOST_GATHERED)
        ]
        slots = np.sort(parts[0] if len(parts) == 1 else np.concatenate(parts)) if parts else _NOTHING
        slots = slots[: np.searchsorted(slots, EMPTY)]
        distinct = np.empty(slots.size, np.bool_)
        distinct[:1] = True
        np.not_equal(slots[1:], slots[:-1], out=distinct[1:])
        rows: Rows = slots[distinct].astype(np.int64)
        if rows.size and rows[-1] >= self._row_count:
            raise Damaged(f"a posting names row {rows[-1]} of {self._row_count}")
        return rows

    def _scanned(self, z: Vector, postings: Indices, asked: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        scanner = self._scanner()
        self._codes.gather(postings, scanner.buffer(postings.size))
        ids = self._ids.items(postings).view(np.uint32).ravel()
        positions, _ = scanner.search(z, postings.size, asked)
        slots: np.ndarray[tuple[int], np.dtype[np.uint32]] = ids[positions]
        return slots

    def _scored(self, query: Vector, rows: Rows) -> tuple[Rows, Scores]:
        return self._rows.top(self._scorer(), query, rows, k=rows.size)

    def _scanner(self) -> Scanner:
        found: Scanner | None = getattr(self._own, "scanner", None)
        if found is None:
            found = self._own.scanner = Scanner(self._codec)
        return found


_NOTHING = np.empty(0, np.uint32)
