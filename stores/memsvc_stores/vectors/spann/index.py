"""Search: nearest heads, query-aware pruning, one batch of reads, exact scores."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.spann.format import HEADS, POSTINGS
from memsvc_stores.vectors.spann.pruning import near_enough
from memsvc_stores.vectors.spann.reading import ListFile, load_graph
from memsvc_stores.vectors.spann.records import ID_BYTES
from memsvc_stores.vectors.spann.scorer import ListScorer
from memsvc_stores.vectors.spann.source import Ids

__all__ = ["SpannIndex"]

Scores = NDArray[np.float32]


class SpannIndex:
    """An index that `build_spann` wrote. Not thread-safe: open one per thread, they share the page cache.

    Raises Damaged when a file is not what its checksums and version say.
    """

    def __init__(self, directory: Path) -> None:
        self._lists = ListFile(directory / POSTINGS)
        try:
            self._graph = load_graph(directory, self._lists.header)
        except BaseException:
            self._lists.close()
            raise
        self._scorer = ListScorer(self._lists.header.records)
        self.disk_bytes = sum((directory / name).stat().st_size for name in (HEADS, POSTINGS))

    def search(
        self,
        query: NDArray[np.float32],
        k: int,
        *,
        lists: int,
        eps2: float | None = None,
        max_dist_ratio: float | None = None,
    ) -> tuple[Ids, Scores]:
        """Return the ids and inner products of the k best notes in the `lists` nearest lists or fewer, best first.

        `eps2` prunes as the paper does, `max_dist_ratio` as its code; see `near_enough`. Ids are distinct.
        """
        chosen = self.probed(query, lists=lists, eps2=eps2, max_dist_ratio=max_dist_ratio)
        return self._best(np.ascontiguousarray(query, np.float32)[None], chosen, k)

    def probed(
        self, query: NDArray[np.float32], *, lists: int, eps2: float | None, max_dist_ratio: float | None = None
    ) -> Ids:
        """Return the numbers of the lists that a search reads."""
        length = float(np.linalg.norm(query))
        if query.shape != (self._lists.header.records.dimension,) or not 0 < length < np.inf or lists < 1:
            raise ValueError("a query is a finite vector of the index's dimension, not zero; lists at least 1")
        unit = np.asarray(query / length, np.float32)[None]
        distances, heads = self._graph.nearest(unit, min(lists, len(self._graph)))
        kept = near_enough(distances[0], eps2=eps2, max_dist_ratio=max_dist_ratio)
        near = heads[0][kept & (heads[0] >= 0)]
        first: Ids = self._lists.first[near]
        last = self._lists.first[near + 1]
        if (last - first == 1).all():
            return first
        return np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])[:lists]

    def _best(self, query: Scores, chosen: Ids, k: int) -> tuple[Ids, Scores]:
        read = self._lists.read(chosen)
        total = sum(map(len, read))
        if k < 1 or not total:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        room = self._scorer.buffer(total)
        id_bytes = np.empty((total, ID_BYTES), np.uint8)
        start = 0
        for records in read:
            end = start + len(records)
            room[start:end] = records[:, ID_BYTES:]
            id_bytes[start:end] = records[:, :ID_BYTES]
            start = end
        # As many as hold k distinct ids even when each has all its replicas among them.
        places, scores = self._scorer.best(query, count=total, k=k * self._lists.header.replicas)
        found = id_bytes.view("<u4")[places, 0]
        distinct = np.sort(np.unique(found, return_index=True)[1])[:k]
        return found[distinct].astype(np.int64), scores[distinct]

    def stats(self) -> dict[str, int]:
        """Count heads, lists, records, bytes of the postings in use and of all pages."""
        header = self._lists.header
        records = int(self._lists.elements(np.arange(header.lists)).sum(dtype=np.int64))
        used = records * header.records.record_bytes
        counts = {"vectors": header.vectors, "heads": header.heads, "lists": header.lists, "records": records}
        return {**counts, "used_bytes": used, "page_bytes": header.pages * PAGE, "disk_bytes": self.disk_bytes}

    def verify(self) -> None:
        """Read every list; raises Damaged on the first bad one."""
        for number in range(self._lists.header.lists):
            self._lists.read(np.array([number]))

    def evict(self) -> None:
        """Give up the pages of the postings that are mapped in memory, for measurements from the disk."""
        self._lists.evict()

    def close(self) -> None:
        self._lists.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
