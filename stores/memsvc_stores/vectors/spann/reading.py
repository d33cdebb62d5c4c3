"""The lists of an index on disk, read together."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.spann.format import HEADS, LIST, POSTINGS, Header, checksum
from memsvc_stores.vectors.spann.graph import HeadGraph
from memsvc_stores.vectors.spann.source import Ids

__all__ = ["ListFile", "load_graph"]

Bytes = NDArray[np.uint8]


class ListFile:
    """`postings.spann`, mapped read-only. Thread-safe; raises Damaged when opened or read."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY)
        try:
            self._map = self._mapped()
            content = np.frombuffer(self._map, np.uint8)
            self.header = Header.from_bytes(content[:PAGE])
            if content.size != self.header.file_bytes:
                raise Damaged("the postings file is of another length than its header says")
            self._table, self.head_ids = self._described(content)
        except BaseException:
            os.close(self._handle)
            raise
        self._data = content[self.header.data_start :]
        #: The first list of each head, and the end.
        self.first = np.searchsorted(self._table["head"], np.arange(self.header.heads + 1))

    def _mapped(self) -> mmap.mmap:
        length = os.fstat(self._handle).st_size
        if not length:
            raise Damaged("the postings file is empty")
        mapped = mmap.mmap(self._handle, length, prot=mmap.PROT_READ)
        # Read-ahead of the device would be read on each miss otherwise.
        mapped.madvise(mmap.MADV_RANDOM)
        return mapped

    def _described(self, content: Bytes) -> tuple[NDArray[np.void], NDArray[np.uint32]]:
        raw = content[PAGE : PAGE + self.header.table_bytes]
        if checksum(raw) != self.header.table_sum:
            raise Damaged("the table of lists does not match its checksum")
        end = self.header.lists * LIST.itemsize
        return raw[:end].view(LIST).copy(), raw[end:].view("<u4").copy()

    def elements(self, lists: Ids) -> NDArray[np.uint32]:
        """Return how many records lists have."""
        counts: NDArray[np.uint32] = self._table["elements"][lists]
        return counts

    def read(self, lists: Ids) -> list[Bytes]:
        """Return the records (elements, record_bytes) of each list, on the map, checked."""
        entries = self._table[lists].tolist()
        self._announce(entries)
        width = self.header.records.record_bytes
        found = []
        for page, _, offset, elements, _, _, expected in entries:
            start = page * PAGE + offset
            content = self._data[start : start + elements * width]
            if checksum(content) != expected:
                raise Damaged("a list does not match its checksum")
            found.append(content.reshape(elements, width))
        return found

    def _announce(self, entries: list[tuple[int, ...]]) -> None:
        """Have the system read all lists at once, where it takes such advice; the place for a better call."""
        if hasattr(os, "posix_fadvise"):
            for page, pages, *_ in entries:
                start = self.header.data_start + page * PAGE
                os.posix_fadvise(self._handle, start, pages * PAGE, os.POSIX_FADV_WILLNEED)

    def evict(self) -> None:
        """Give up the mapped pages, so that the next read comes from the disk unless the system still has them."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Close the file and give up the map, which goes with the last array on it."""
        os.close(self._handle)
        del self._data, self._map


def load_graph(directory: Path, header: Header) -> HeadGraph:
    """Load the heads; raises Damaged unless they are those that the postings were built with."""
    content = np.fromfile(directory / HEADS, np.uint8)
    if checksum(content) != header.graph_sum:
        raise Damaged("the heads do not match their checksum")
    graph = HeadGraph.from_bytes(content, dimension=header.records.dimension)
    if len(graph) != header.heads:
        raise Damaged(f"{HEADS} and {POSTINGS} disagree on the number of heads")
    return graph
