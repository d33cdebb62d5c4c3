"""How much the model embeds, and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from memsvc.ports.embedding import Embedder, Matrix, Model, Vector

__all__ = ["TimedEmbedder"]


class TimedEmbedder:
    """Another embedder, with the number of texts that it was asked for and the seconds that it took."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.texts = 0
        self.seconds = 0.0

    @property
    def model(self) -> Model:
        return self._embedder.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        start = perf_counter()
        found = self._embedder.embed(texts)
        self.seconds += perf_counter() - start
        self.texts += len(texts)
        return found

    def embed_query(self, text: str) -> Vector:
        start = perf_counter()
        found = self._embedder.embed_query(text)
        self.seconds += perf_counter() - start
        self.texts += 1
        return found

    def windows(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.windows(text)
