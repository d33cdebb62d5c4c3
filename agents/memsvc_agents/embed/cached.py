"""An embedder that embeds nothing twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from threading import Lock

import numpy as np

from memsvc.ports.embedding import Embedder, EmbeddingCache, Matrix, Model, Vector

__all__ = ["CachedEmbedder", "content_hash"]


def content_hash(text: str) -> str:
    """Return the SHA-256 of the text in hexadecimal, the key of an embedding cache."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class CachedEmbedder:
    """Looks texts up in a cache, embeds what is missing once, and keeps the last questions in memory.

    All vectors come back as the cache would give them, rounded to float16, so that a text's vector is the same
    before and after it was stored. Safe to call from several threads; two that miss the same text at the same
    moment may both embed it.
    """

    def __init__(self, embedder: Embedder, cache: EmbeddingCache, *, query_cache_size: int = 1024) -> None:
        self._embedder = embedder
        self._cache = cache
        self._queries: OrderedDict[str, Vector] = OrderedDict()
        self._query_cache_size = query_cache_size
        self._lock = Lock()

    @property
    def model(self) -> Model:
        return self._embedder.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension)."""
        hashes = [content_hash(text) for text in texts]
        distinct = dict(zip(hashes, texts, strict=True))
        known = dict(self._cache.get_many(self.model, list(distinct)))
        missing = [key for key in distinct if key not in known]
        if missing:
            vectors = _as_stored(self._embedder.embed([distinct[key] for key in missing]))
            fresh = dict(zip(missing, vectors, strict=True))
            self._cache.put_many(self.model, fresh)
            known |= fresh
        result = np.empty((len(texts), self.model.dimension), dtype=np.float32)
        for row, key in enumerate(hashes):
            result[row] = known[key]
        return result

    def embed_query(self, text: str) -> Vector:
        """Return the question's vector, shape (dimension,), from memory if it was asked lately."""
        with self._lock:
            vector = self._queries.get(text)
            if vector is not None:
                self._queries.move_to_end(text)
                return vector.copy()
        vector = self._embedder.embed_query(text)
        with self._lock:
            self._queries[text] = vector.copy()
            while len(self._queries) > self._query_cache_size:
                self._queries.popitem(last=False)
        return vector

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return the embedder's own windows."""
        return self._embedder.windows(text)


def _as_stored(vectors: Matrix) -> Matrix:
    return vectors.astype(np.float16).astype(np.float32)
