"""A deterministic embedder without a model, for tests and first tries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from memsvc.ports.embedding import Matrix, Model, Vector

__all__ = ["HashingEmbedder"]

WORD = re.compile(r"\w+")
UNBOUNDED = 2**31 - 1


class HashingEmbedder:
    """Adds one signed unit per word and word pair, at a place taken from its hash: shared words, near vectors."""

    def __init__(self, dimension: int = 64) -> None:
        self._model = Model(id=f"hashing-{dimension}", dimension=dimension, max_tokens=UNBOUNDED)

    @property
    def model(self) -> Model:
        return self._model

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension), of texts of any length."""
        vectors = np.zeros((len(texts), self._model.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for place, sign in self._features(text):
                row[place] += sign
            if not row.any():
                row[0] = 1
            row /= np.linalg.norm(row)
        return vectors

    def embed_query(self, text: str) -> Vector:
        """Return the text's vector, shape (dimension,)."""
        vector: Vector = self.embed([text])[0]
        return vector

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return the whole text as one range."""
        return [(0, len(text))] if text else []

    def _features(self, text: str) -> Iterator[tuple[int, int]]:
        words = WORD.findall(text.lower())
        for feature in (*words, *(" ".join(pair) for pair in pairwise(words))):
            digest = blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            yield int.from_bytes(digest[:7], "big") % self._model.dimension, 1 if digest[7] & 1 else -1
