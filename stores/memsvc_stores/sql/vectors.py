"""The vectors of a namespace: float16 in the database (little-endian), float32 outside.

What comes out are the float16 values themselves: they are not normalised again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.notes import Key
from memsvc.errors import DimensionMismatch, ServerFault, StorageReadOnly
from memsvc.ports.embedding import Matrix, Model, Vector
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import vectors

__all__ = ["ReadOnlyVectors", "WritableVectors", "check_vectors", "decode", "encode"]

_STORED = np.dtype("<f2")
_GET = select(vectors.c.text_hash, vectors.c.vector).where(
    vectors.c.namespace_id == bindparam("namespace"),
    vectors.c.model_id == bindparam("model"),
    vectors.c.dimension == bindparam("dimension"),
    among(vectors.c.text_hash, "hashes"),
)
_COUNT = (
    select(func.count())
    .select_from(vectors)
    .where(
        vectors.c.namespace_id == bindparam("namespace"),
        vectors.c.model_id == bindparam("model"),
        among(vectors.c.text_hash, "hashes"),
    )
)
_INSERT = insert(vectors)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[vectors.c.namespace_id, vectors.c.model_id, vectors.c.text_hash],
    set_={"dimension": _INSERT.excluded.dimension, "vector": _INSERT.excluded.vector},
)


def decode(blobs: Sequence[bytes], dimension: int) -> Matrix:
    """Return the matrix of stored vectors, shape (n, dimension)."""
    return np.frombuffer(b"".join(blobs), _STORED).reshape(len(blobs), dimension).astype(np.float32)


def encode(model: Model, text_hash: str, vector: Vector) -> bytes:
    """Return the stored form; raises DimensionMismatch."""
    with np.errstate(over="ignore"):
        stored = np.asarray(vector).astype(_STORED)
    if stored.shape != (model.dimension,):
        raise DimensionMismatch(
            f"the vector of {text_hash} has the shape {stored.shape}; model {model.id} makes ({model.dimension},)"
        )
    if not np.isfinite(stored).all():
        raise DimensionMismatch(f"the vector of {text_hash} has values that are not finite in float16")
    return stored.tobytes()


def check_vectors(executor: Executor, namespace: int, *, model: Model, keys: Sequence[Key]) -> None:
    """Raise ServerFault unless the vector of every key is kept."""
    hashes = {key.text_hash for key in keys}
    if not hashes:
        return
    (kept,) = executor.one(_COUNT, namespace=namespace, model=model.id, hashes=executor.backend.many(hashes))
    if kept != len(hashes):
        raise ServerFault(f"{len(hashes) - kept} vectors of keys are missing; put them before the keys")


class ReadOnlyVectors:
    """The cache as a reader sees it; `namespace` is None where nothing was ever written."""

    def __init__(self, executor: Executor, namespace: int | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def get_many(self, model: Model, hashes: Sequence[str]) -> dict[str, Vector]:
        if self._namespace is None or not hashes:
            return {}
        found = self._executor.all(
            _GET,
            namespace=self._namespace,
            model=model.id,
            dimension=model.dimension,
            hashes=self._executor.backend.many(hashes),
        )
        return {text_hash: np.frombuffer(blob, _STORED).astype(np.float32) for text_hash, blob in found}

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:  # noqa: ARG002
        raise StorageReadOnly("a reader keeps no vectors; put them through a writer of the namespace")


class WritableVectors(ReadOnlyVectors):
    """The cache as a writer sees it: what is put goes with the writer's transaction."""

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:
        rows = [
            {
                "namespace_id": self._namespace,
                "model_id": model.id,
                "text_hash": text_hash,
                "dimension": model.dimension,
                "vector": encode(model, text_hash, vector),
            }
            for text_hash, vector in vectors.items()
        ]
        self._executor.run_many(_PUT, rows)
