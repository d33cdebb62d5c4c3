"""Search of the paged form: heads name the postings, codes name the rows, the rows are scored."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.codes.scanner import MOST_PAGES, Scanner
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.forms import Accept
from memsvc_stores.vectors.layout import EMPTY, SLOTS, Indices, Stored
from memsvc_stores.vectors.rows import Scored, Scorer, StoredRows

__all__ = ["LEVELS", "Effort", "PagedSearch"]

_ENOUGH = 0.8
_LEAST = 16
_LEAST_SHARE = 1e-6
_WIDER = 4
_LANDMARK = 32
# Of a part of the rows, more postings than in proportion hold one of the best.
_SPREAD = 1.35
# The fewer rows, the fewer rivals has each.
_HALF, _PER_HALVING, _LEAST_PART, _LEAST_ROWS = 0.8, 0.06, 0.4, 60
# Of rows that lie anywhere, so many times the root of all and at most so many are scored sooner than searched for.
_KNOWN, _MOST_KNOWN = 20, 12_000


@dataclass(frozen=True, slots=True)
class Effort:
    """About how many postings are read and how many positions are looked up, for up to `results` results.

    With a `fall`, a query reads the postings whose heads score within fall * ln(postings / 32) of the 32nd best,
    but at least half and at most one and a half times `postings`: a query near few heads reads fewer (SPANN's
    query-aware pruning, whose eps2 measured from the first head tells questions apart badly, since they are far
    from all heads). `fall` is by how much the scores of heads fall with each e-fold of their rank: .05 measured
    on 100,000 real notes, .04 on a million made from them, where a query so reads somewhat more.
    """

    postings: int
    rows: int
    results: int = 20
    fall: float | None = 0.05

    @property
    def margin(self) -> float | None:
        """How far below the 32nd best head postings are read; None reads a fixed number."""
        if self.fall is None or self.postings <= _LANDMARK:
            return None
        return self.fall * math.log(self.postings / _LANDMARK)

    def scaled(self, keep: int, *, share: float = 1.0) -> Effort:
        """Return the effort for more results, or for results among a share of the rows, which are further apart.

        The exponents are the least that keep recall level, up to 1,000 results and down to a twentieth of the
        rows. Fewer rows have fewer rivals, too: of those less is looked up.
        """
        more = max(keep / self.results, 1.0)
        spread, rows = 1.0, float(self.rows)
        if share < 1:
            part = max(_HALF + _PER_HALVING * (1 + math.log2(share)), _LEAST_PART)
            spread, rows = _SPREAD / share**0.4, max(part * rows, min(rows, _LEAST_ROWS)) / share
        return replace(self, postings=int(self.postings * spread * math.sqrt(more)), rows=int(rows * more**0.7))


LEVELS = {"fast": Effort(128, 100), "balanced": Effort(224, 200), "accurate": Effort(512, 400)}


class PagedSearch:
    """Head codes of one epoch in RAM, everything else in mapped pages. Thread-safe; its methods raise Damaged."""

    def __init__(
        self,
        stored: Stored,
        codec: Codec,
        *,
        scanner: Callable[[], Scanner],
        scorer: Callable[[], Scorer],
        effort: Effort = LEVELS["balanced"],
    ) -> None:
        self._rows = StoredRows(stored, codec.dimension)
        self._codes, self._ids = stored.array("codes"), stored.array("ids")
        self._scanner = scanner
        self._scorer = scorer
        self._effort = effort
        self._codec = codec
        self._count = self._codes.count
        self._row_count = stored.meta.rows
        heads = stored.array("heads")
        self._heads = ResidentCodes(codec, heads.count)
        heads.gather(np.arange(heads.count), self._heads.pages)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM."""
        return self._heads.nbytes

    @property
    def few(self) -> int:
        """Up to how many known rows are scored sooner than searched for."""
        return min(int(_KNOWN * math.sqrt(self._row_count)), _MOST_KNOWN)

    def search(
        self,
        query: Vector,
        z: Vector,
        *,
        keep: int,
        accept: Accept | None,
        share: float,
        where: Indices | None = None,  # noqa: ARG002 - the rows of a time are in postings all over
    ) -> Scored:
        """Return rows that `accept` takes with their inner products; see FormSearch."""
        effort = self._effort.scaled(keep, share=1.0 if share >= _ENOUGH else max(share, _LEAST_SHARE))
        while True:
            rows = self._candidates(self._postings(z, effort), z, effort.rows)
            rows = rows if accept is None else rows[accept(rows)]
            if rows.size >= max(keep, _LEAST) or effort.postings >= self._count:
                if effort.postings < self._count or effort.rows >= SLOTS * self._count or rows.size >= keep:
                    return self._rows.top(self._scorer(), query, rows, keep=keep)
                effort = replace(effort, rows=SLOTS * self._count)
                continue
            effort = replace(effort, postings=_WIDER * effort.postings, rows=_WIDER * effort.rows)

    def _postings(self, z: Vector, effort: Effort) -> Indices:
        """Return the postings to read, best head first."""
        about, margin = effort.postings, effort.margin
        most = about if margin is None else about + about // 2
        if about >= self._count:
            # Places of heads that there are not must not displace any.
            most = SLOTS * len(self._heads.pages)
        found, scores = self._heads.search(z, min(most, SLOTS * len(self._heads.pages)))
        if margin is not None and found.size > _LANDMARK and most < self._count:
            near = int(np.searchsorted(-scores, margin - scores[_LANDMARK - 1], side="right"))
            found = found[: max(near, about // 2)]
        return found[found < self._count]

    def _candidates(self, found: Indices, z: Vector, asked: int) -> Rows:
        """Return the distinct rows in the best positions of postings, by number."""
        parts = [
            self._scanned(z, found[start : start + MOST_PAGES], asked)
            for start in range(0, found.size, MOST_PAGES)
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

    def _scanned(self, z: Vector, postings: Indices, asked: int) -> NDArray[np.uint32]:
        """Return what the ids say of the best positions in postings."""
        scanner = self._scanner()
        self._ids.announce(postings)
        positions = self._codes.in_place(postings, lambda pages: scanner.search(z, pages, asked)[0])
        slots = np.empty((positions.size, 4), np.uint8)
        places = SLOTS * postings[positions // SLOTS] + positions % SLOTS
        self._ids.gather_items(places, slots, announced=True)
        return slots.view(np.uint32)[:, 0]


_NOTHING = np.empty(0, np.uint32)
