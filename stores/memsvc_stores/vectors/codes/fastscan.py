"""A faiss fast-scan index whose codes are a numpy array."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.layout import SLOTS

__all__ = ["LEAST_ASKED", "FastScan", "Found", "borrow"]

Found = tuple[NDArray[np.int64], NDArray[np.float32]]

# The score of a single result overflows from 1,024 dimensions on.
LEAST_ASKED: Final = 2


class _Borrowed:
    """Memory of a C++ object, which lives as long as an array over it does."""

    def __init__(self, owner: Any, address: int, length: int) -> None:
        self.owner = owner
        self.__array_interface__ = {"shape": (length,), "typestr": "|u1", "data": (address, False), "version": 3}


def borrow(owner: Any, pointer: Any, length: int) -> NDArray[np.uint8]:
    """Return a writable array over `length` bytes of `owner`, and keep the owner alive with it."""
    # Nothing is at no address.
    return np.asarray(_Borrowed(owner, int(pointer), length)) if length else np.empty(0, np.uint8)


class FastScan:
    """Packed codes in memory of its own; `pages` (n, page_bytes) is writable. Searches are thread-safe.

    For codes of up to 256 bytes: faiss adds the entries of longer ones in 16 bits that overflow.
    """

    def __init__(self, codec: Codec, pages: int) -> None:
        import faiss

        index: Any = faiss.IndexPQFastScan(codec.padded, 2 * codec.code_bytes, 4, faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(codec.centroids.ravel(), index.pq.centroids)
        index.is_trained = True
        size = pages * codec.page_bytes
        index.codes.resize(size)
        self._index = index
        self.pages = borrow(index, index.codes.get(), size).reshape(pages, codec.page_bytes)
        self.pages[:] = 0
        index.ntotal = index.ntotal2 = SLOTS * pages

    def search(self, rotated: NDArray[np.float32], r: int) -> Found:
        """Return at most r positions and their estimated scores, best first."""
        wanted = min(r, self._index.ntotal)
        if wanted <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores, positions = self._index.search(rotated[None, :], max(wanted, LEAST_ASKED))
        found, estimates = positions[0, :wanted], scores[0, :wanted]
        # As an index, -1 (no more results) would be the last code.
        if found[-1] < 0:
            kept = found >= 0
            found, estimates = found[kept], estimates[kept]
        return found, estimates
