"""Search packed codes where they lie, without a copy."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.aligned import aligned
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.fastscan import LEAST_ASKED, Found, borrow
from memsvc_stores.vectors.layout import SLOTS, Addresses

__all__ = ["MOST_PAGES", "Scanner"]

MOST_PAGES: Final = 1024
_LABEL_BYTES: Final = 8
# faiss's search of one question through a reservoir: quicker than its heap from some ten results on.
_RESERVOIR: Final = 11


class Scanner:
    """Scores pages by their addresses. Not thread-safe: one for each thread.

    To faiss the pages are inverted lists in a mapped file that begins at address 0. Where a list's labels lie it
    calculates from the list's capacity, which is therefore chosen to lead to labels that all scanners share.
    """

    def __init__(self, codec: Codec) -> None:
        lists, table = _lists(codec.code_bytes)
        self._index = _index(codec, lists)
        self._capacities, self._offsets = table[:, 1], table[:, 2]
        self._shift, self._inverse = _division(codec.code_bytes)
        # Labels of a list lie at a whole number of codes from any page, modulo 2^64.
        self._labels = _labels(max(SLOTS, (1 << int(self._shift)) // _LABEL_BYTES))
        starts = np.arange(MOST_PAGES) * self._labels.strides[0] + self._labels.ctypes.data
        self._label_starts = starts.astype(np.uint64)
        self._keys = np.arange(MOST_PAGES)[None]
        self._no_distances = np.zeros((1, MOST_PAGES), np.float32)

    def search(self, rotated: NDArray[np.float32], pages: Addresses, r: int) -> Found:
        """Return at most r positions (64 * place in `pages` + slot), best first, and scores good for order only.

        At most 1,024 pages, whose addresses are multiples of the greatest power of two in their size, up to 4096.
        """
        count = pages.size
        wanted = min(r, SLOTS * count)
        if wanted <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        self._offsets[:count] = pages
        self._capacities[:count] = ((self._label_starts[:count] - pages) >> self._shift) * self._inverse
        self._index.nprobe = count
        scores, found = self._index.search_preassigned(
            rotated[None], max(wanted, LEAST_ASKED), self._keys[:, :count], self._no_distances[:, :count]
        )
        return found[0, :wanted], scores[0, :wanted]


def _lists(code_bytes: int) -> tuple[Any, NDArray[np.uint64]]:
    """Return lists of 64 codes, and their table (lists, 3): size, capacity, offset."""
    import faiss

    lists: Any = faiss.OnDiskInvertedLists()
    lists.nlist, lists.code_size, lists.prefetch_nthread = MOST_PAGES, code_bytes, 0
    entries: Any = lists.lists
    entries.resize(MOST_PAGES)
    table = borrow(lists, entries.data().this, 3 * 8 * MOST_PAGES).view(np.uint64).reshape(MOST_PAGES, 3)
    table[:, 0] = SLOTS
    return lists, table


def _index(codec: Codec, lists: Any) -> Any:
    import faiss

    quantizer, parts = faiss.IndexFlatIP(codec.padded), 2 * codec.code_bytes
    index: Any = faiss.IndexIVFPQFastScan(
        quantizer, codec.padded, MOST_PAGES, parts, 4, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual, index.implem, index.is_trained = False, _RESERVOIR, True
    faiss.copy_array_to_vector(codec.centroids.ravel(), index.pq.centroids)
    index.replace_invlists(lists, False)
    return index


def _division(divisor: int) -> tuple[np.uint64, np.uint64]:
    """Return shift and factor that divide multiples of the greatest power of two in `divisor`, modulo 2^64."""
    shift = (divisor & -divisor).bit_length() - 1
    return np.uint64(shift), np.uint64(pow(divisor >> shift, -1, 1 << 64))


@lru_cache(maxsize=4)
def _labels(apart: int) -> NDArray[np.int64]:
    """Return the labels of all positions; those of one page begin `apart` labels after those of the last."""
    labels = aligned(_LABEL_BYTES * MOST_PAGES * apart).view(np.int64).reshape(MOST_PAGES, apart)
    labels[:, :SLOTS] = np.arange(SLOTS * MOST_PAGES).reshape(MOST_PAGES, SLOTS)
    return labels
