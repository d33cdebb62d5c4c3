"""The vectors of a namespace by model and content hash, kept as float16."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from memsvc.errors import DimensionMismatch, StorageReadOnly
from memsvc.ports.embedding import Model, Vector

__all__ = ["ReadOnlyVectors", "WritableVectors", "stored_form"]


def stored_form(model: Model, text_hash: str, vector: Vector) -> Vector:
    """Return the vector rounded to float16, as read-only float32; raises DimensionMismatch."""
    with np.errstate(over="ignore"):
        rounded = np.asarray(vector).astype(np.float16).astype(np.float32)
    if rounded.shape != (model.dimension,):
        raise DimensionMismatch(
            f"the vector of {text_hash} has the shape {rounded.shape}; model {model.id} makes ({model.dimension},)"
        )
    if not np.isfinite(rounded).all():
        raise DimensionMismatch(f"the vector of {text_hash} has values that are not finite in float16")
    rounded.setflags(write=False)
    return rounded


class ReadOnlyVectors:
    """The cache as a reader sees it."""

    def __init__(self, vectors: Mapping[tuple[str, str], Vector]) -> None:
        self._kept = vectors

    def get_many(self, model: Model, hashes: Sequence[str]) -> dict[str, Vector]:
        known = {text_hash: self._kept.get((model.id, text_hash)) for text_hash in hashes}
        return {h: v for h, v in known.items() if v is not None and v.shape == (model.dimension,)}

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:  # noqa: ARG002
        raise StorageReadOnly("a reader keeps no vectors; put them through a writer of the namespace")


class WritableVectors(ReadOnlyVectors):
    """The cache as a writer sees it: what is put goes with the writer's transaction."""

    def __init__(self, vectors: dict[tuple[str, str], Vector]) -> None:
        super().__init__(vectors)
        self._target = vectors

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:
        ready = {(model.id, key): stored_form(model, key, vector) for key, vector in vectors.items()}
        self._target.update(ready)
