"""Embedders and the cache that keeps anything from being embedded twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embedder", "EmbeddingCache", "Matrix", "Model", "Vector"]

Matrix: TypeAlias = NDArray[np.float32]
Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Model:
    """An embedding model; `id` names weights and precision, so that equal ids mean comparable vectors."""

    id: str
    dimension: int
    max_tokens: int

    def comparable(self, other: Model) -> bool:
        """Return whether vectors of both may be compared; how long a text may be does not matter to that."""
        return (self.id, self.dimension) == (other.id, other.dimension)


class Embedder(Protocol):
    """Turns texts into L2-normalised float32 vectors; safe to call from several threads."""

    @property
    def model(self) -> Model: ...

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension); a text's vector does not depend on its batch.

        Text over `max_tokens` is not cut off: its vector is the normalised mean of its `windows`. One key per
        window finds more. Raises EmbedderUnavailable.
        """

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question, shape (dimension,), with the model's query prompt if it has one."""

    def windows(self, text: str) -> list[tuple[int, int]]:
        """Return half-open character ranges that cover the text, each within `max_tokens`.

        One range for a text that fits; never empty for a non-empty text.
        """


class EmbeddingCache(Protocol):
    """Vectors by model and content hash (SHA-256 hex of the text)."""

    def get_many(self, model: Model, hashes: Sequence[str]) -> dict[str, Vector]:
        """Return what is known; vectors of another dimension than the model's are never returned."""

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:
        """Store vectors, kept as float16; raises DimensionMismatch and then stores none of them."""
