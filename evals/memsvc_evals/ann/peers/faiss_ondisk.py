"""faiss's inverted lists in a mapped file, with faiss's own 32 prefetching threads per query or without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.peers.faiss_ivf import FaissIvf
from memsvc_evals.ann.worker import serve

__all__ = ["FaissOnDisk"]

_LISTS = "lists.ivfdata"
_FILE = "index.faiss"


class FaissOnDisk(FaissIvf):
    """The argument is no-prefetch, or empty for faiss's defaults; the parameter is nprobe."""

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        index = self.make(vectors)
        index.add(vectors)
        # As in faiss's own example; lists that grow on disk would leave more than half of the file unused.
        lists = faiss.OnDiskInvertedLists(index.nlist, index.code_size, str(folder / _LISTS))
        lists.merge_from_1(index.invlists)
        index.replace_invlists(lists)
        faiss.write_index(index, str(folder / _FILE))

    def open(self, folder: Path) -> None:
        # The lists are beside the index file, wherever the folder was moved to, and only read.
        flags = faiss.IO_FLAG_ONDISK_SAME_DIR | faiss.IO_FLAG_READ_ONLY
        self._index = faiss.read_index(str(folder / _FILE), flags)
        if self._argument == "no-prefetch":
            lists: Any = faiss.downcast_InvertedLists(self._index.invlists)
            lists.prefetch_nthread = 0


if __name__ == "__main__":
    serve(FaissOnDisk)
