"""An embedder that counts its work."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.ports.embedding import Embedder, Matrix, Model, Vector

__all__ = ["CountingEmbedder"]


class CountingEmbedder:
    """Another embedder, with the number of texts (questions included) that it was asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.texts = 0

    @property
    def model(self) -> Model:
        return self._embedder.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.texts += len(texts)
        return self._embedder.embed(texts)

    def embed_query(self, text: str) -> Vector:
        self.texts += 1
        return self._embedder.embed_query(text)

    def windows(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.windows(text)
