"""Scanning codes with faiss's PQ fast scan: pages gathered for one query, and pages that stay in RAM."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codec, Codes, Floats
from memsvc_stores.vectors.codes.packing import put_code
from memsvc_stores.vectors.layout import SLOTS

__all__ = ["ResidentCodes", "Scanner"]

Positions = NDArray[np.int64]


def _fast_scan(codec: Codec) -> Any:
    import faiss

    subspaces = 2 * codec.code_bytes
    index = faiss.IndexPQFastScan(codec.padded, subspaces, 4, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(codec.centroids.ravel(), index.pq.centroids)
    index.is_trained = True
    return index


def _viewed(index: Any, pages: int, page_bytes: int) -> Codes:
    """Make room for pages in the index, and return them as a writable view; earlier views are void."""
    import faiss

    index.codes.resize(pages * page_bytes)
    view: Codes = faiss.rev_swig_ptr(index.codes.data(), pages * page_bytes).reshape(pages, page_bytes)
    return view


def _best(index: Any, z: Floats, pages: int, r: int) -> tuple[Positions, Floats]:
    # ntotal2 is the padded count that the scan really uses.
    index.ntotal = index.ntotal2 = pages * SLOTS
    scores, positions = index.search(z[None], min(r, pages * SLOTS))
    found, values = positions[0], scores[0]
    if found[-1] < 0:
        filled = found >= 0
        return found[filled], values[filled]
    return found, values


class Scanner:
    """Scores pages that are gathered anew for each query. Not thread-safe: one for each thread."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._index = _fast_scan(codec)
        self._view: Codes = np.empty((0, codec.page_bytes), np.uint8)

    def buffer(self, pages: int) -> Codes:
        """Return a writable view (pages, page_bytes), valid until a larger one is asked for."""
        if pages > len(self._view):
            self._view = _viewed(self._index, max(pages, 2 * len(self._view)), self._codec.page_bytes)
        return self._view[:pages]

    def search(self, z: Floats, pages: int, r: int) -> tuple[Positions, Floats]:
        """Return the r best positions (64 * page + slot) of the first `pages` pages, best first, and ADC scores.

        The scores give the order alone: their tables are quantised, and they are biased.
        """
        if not pages:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        return _best(self._index, z, pages, r)


class ResidentCodes:
    """Pages of codes in anonymous RAM, filled once through `pages`; then threads may search them together."""

    def __init__(self, codec: Codec, pages: int) -> None:
        self._index = _fast_scan(codec)
        self.pages: Codes = _viewed(self._index, pages, codec.page_bytes)
        self._index.ntotal = self._index.ntotal2 = pages * SLOTS

    def __len__(self) -> int:
        return len(self.pages)

    @property
    def nbytes(self) -> int:
        return int(self.pages.nbytes)

    def search(self, z: Floats, r: int) -> tuple[Positions, Floats]:
        """Return the r best positions, best first, and their ADC scores."""
        if not len(self.pages):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        return _best(self._index, z, len(self.pages), r)

    def search_masked(self, z: Floats, r: int, mask: Codes, *, fraction: float) -> tuple[Positions, Floats]:
        """Return the r best positions whose bit in `mask` is set, best first, or all that there are.

        `mask` has one bit per position, little-endian in each byte; `fraction` is the expected share of set bits.
        """
        total = len(self.pages) * SLOTS
        asked = min(total, int(1.3 * r / max(fraction, 1e-6)) + 16)
        while True:
            positions, scores = self.search(z, asked)
            kept = (mask[positions >> 3] >> (positions & 7)) & 1 == 1
            if asked >= total or int(np.count_nonzero(kept)) >= r:
                return positions[kept][:r], scores[kept][:r]
            asked = min(total, 4 * asked)

    def put(self, position: int, code: Codes) -> None:
        """Overwrite one code; no search may run meanwhile."""
        put_code(self.pages[position // SLOTS], position % SLOTS, code)
