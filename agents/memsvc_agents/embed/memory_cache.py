"""An embedding cache in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Model, Vector
from memsvc_agents.embed.vector_checks import require_vectors

__all__ = ["MemoryEmbeddingCache"]


class MemoryEmbeddingCache:
    """Keeps the most recently used vectors, as float16; safe to use from several threads."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._vectors: OrderedDict[tuple[str, int, str], NDArray[np.float16]] = OrderedDict()
        self._lock = Lock()

    def get_many(self, model: Model, hashes: Sequence[str]) -> dict[str, Vector]:
        """Return what is known."""
        found: dict[str, Vector] = {}
        with self._lock:
            for key in hashes:
                place = (model.id, model.dimension, key)
                if place in self._vectors:
                    self._vectors.move_to_end(place)
                    found[key] = self._vectors[place].astype(np.float32)
        return found

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:
        """Store vectors, dropping the least recently used ones; raises DimensionMismatch."""
        require_vectors(model, vectors)
        with self._lock:
            for key, vector in vectors.items():
                place = (model.id, model.dimension, key)
                self._vectors[place] = vector.astype(np.float16)
                self._vectors.move_to_end(place)
            while len(self._vectors) > self._capacity:
                self._vectors.popitem(last=False)
