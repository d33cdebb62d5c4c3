"""An embedder for tests of the probe: a bag of words in which some words weigh far more than others."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix, Model, Vector

HEAVY = ("xylo", "quar", "brim", "vosk", "plud")
_DIMENSION = 64


class WeightedWords:
    """Counts what it embeds; the words in HEAVY share one direction and weigh twelve times as much as others."""

    model = Model("weighted-words", _DIMENSION, 256)

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.embedded += len(texts)
        return np.stack([self._vector(text) for text in texts]) if texts else np.empty((0, _DIMENSION), np.float32)

    def embed_query(self, text: str) -> Vector:
        vector: Vector = self.embed([text])[0]
        return vector

    def windows(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]

    def _vector(self, text: str) -> Vector:
        total = np.full(_DIMENSION, 1e-6)
        for word in re.findall(r"\w+", text.lower()):
            total += 12 * _direction("heavy") if word in HEAVY else _direction(word)
        unit: Vector = (total / np.linalg.norm(total)).astype(np.float32)
        return unit


@lru_cache(maxsize=4096)
def _direction(word: str) -> NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(_DIMENSION)
