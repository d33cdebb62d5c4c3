from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.layout import EMPTY, SLOTS, Draft, block_bytes, row_bytes
from memsvc_stores.vectors.paged.build import start_paged
from memsvc_stores.vectors.paged.updates import PagedUpdater, check_postings
from memsvc_stores.vectors.slabs.memory import MemoryDraft

DIMENSION = 24

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


class Grown:
    """A namespace whose rows are all in the draft and get their postings from an updater."""

    def __init__(self, vectors: Floats, *, replicas: int = 2, capacity: int = 256) -> None:
        self.codec = Codec.of(vectors.shape[1])
        self.vectors = vectors.astype(np.float16)
        self.codes = self.codec.encode(self.codec.rotate(self.vectors.astype(np.float32)))
        self.draft: Draft = MemoryDraft(None)
        start_paged(self.draft, self.codec)
        width = row_bytes(vectors.shape[1])
        rows = self.draft.create("rows", page_bytes=block_bytes(width), item_bytes=width)
        per_page = rows.page_bytes // width
        items = np.zeros((-(-len(vectors) // per_page) * per_page, width), np.uint8)
        items[: len(vectors), : 2 * vectors.shape[1]] = self.vectors.view(np.uint8)
        rows.extend(items.reshape(-1, rows.page_bytes))
        self.living: set[int] = set()
        self.reopen(replicas=replicas, capacity=capacity)

    def reopen(self, *, replicas: int = 2, capacity: int = 256) -> None:
        self.updater = PagedUpdater(self.draft, self.codec, replicas=replicas, capacity=capacity)

    def insert(self, rows: Rows) -> None:
        self.updater.insert(rows, self.vectors[rows], self.codes[rows])
        self.living.update(rows.tolist())

    def insert_singly(self, rows: Rows) -> None:
        for row in rows:
            self.insert(np.array([row]))

    def delete(self, rows: Rows) -> None:
        self.updater.delete(rows)
        self.living.difference_update(rows.tolist())

    @property
    def postings(self) -> NDArray[np.uint32]:
        """The slots of every posting."""
        return self.draft.array("ids").items(np.arange(self.draft.array("codes").count)).view(np.uint32)

    def places(self, row: int) -> list[int]:
        places = self.draft.array("places").items(np.array([row])).view(np.uint32)
        return [int(place) for place in places[0] if place != EMPTY]

    def problems(self) -> list[str]:
        """Return what is wrong once the codes of removed rows are erased, whatever work is left."""
        self.updater.erase()
        return check_postings(self.draft, self.codec, np.array(sorted(self.living), np.intp))

    def recall(self, queries: Floats, *, probes: int, k: int = 10) -> float:
        """Return the share of the k nearest living rows that lie in the postings with the nearest heads."""
        living = np.array(sorted(self.living))
        count = self.draft.array("codes").count
        dimension = self.vectors.shape[1]
        items = self.draft.array("centroids").items(np.arange(count))[:, : 2 * dimension]
        centroids = np.ascontiguousarray(items).view(np.float16).astype(np.float32)
        exact = queries @ self.vectors[living].astype(np.float32).T
        nearest = living[np.argsort(-exact, axis=1)[:, :k]]
        probed = np.argsort(-(queries @ centroids.T), axis=1)[:, :probes]
        found = sum(
            len(np.intersect1d(self.postings[postings], truth))
            for postings, truth in zip(probed, nearest, strict=True)
        )
        return found / nearest.size


def clustered(count: int, *, seed: int, dimension: int = DIMENSION, clusters: int = 40) -> Floats:
    """Return unit vectors around centres, as notes lie around subjects."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((clusters, dimension))
    vectors = centres[rng.integers(clusters, size=count)] + 0.8 * rng.standard_normal((count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def grown() -> Callable[..., Grown]:
    return Grown


@pytest.fixture
def notes() -> Callable[..., Floats]:
    return clustered


@pytest.fixture
def slots() -> int:
    return SLOTS
