"""From a vector to its code: normalise, rotate, give each three coordinates the nearest of 16 centroids."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes import codebook
from memsvc_stores.vectors.codes.rotation import digest, rotation

__all__ = ["FORMAT", "Codec", "VectorTooLong"]

Floats = NDArray[np.float32]
Codes = NDArray[np.uint8]

FORMAT: Final = 1
_BLOCK: Final = 8192
_SLACK: Final = 1e-5


class VectorTooLong(ValueError):
    """A vector is longer than the bound that its codec was made for."""


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """The codes of one dimension and metric. Thread-safe; made by `of`.

    `padded` is the dimension of rotated vectors, `code_bytes` the size of a code (two sub-quantisers a byte),
    `page_bytes` that of 64 packed codes, `name` stands for everything that a code depends on.
    """

    dimension: int
    inner_product_bound: float | None
    padded: int
    code_bytes: int
    page_bytes: int
    name: str
    matrix: Floats = field(repr=False)
    centroids: Floats = field(repr=False)
    quantizer: Any = field(repr=False)

    @staticmethod
    def of(dimension: int, inner_product_bound: float | None = None) -> Codec:
        """Return the codec of vectors of a dimension, made once.

        Vectors are ranked by cosine; with a bound on their lengths, by inner product.
        """
        if dimension < 1 or (inner_product_bound is not None and not 0 < inner_product_bound < np.inf):
            raise ValueError(f"no codes of {dimension} dimensions within a length of {inner_product_bound}")
        return _make(dimension, None if inner_product_bound is None else float(inner_product_bound))

    def rotate(self, vectors: Floats) -> Floats:
        """Return vectors (n, dimension) as unit vectors, rotated (n, padded); zero vectors stay zero.

        With a bound M a vector x stands as (x/M, sqrt(1 - |x/M|^2)), whose cosine to a question orders as the
        inner product of x (Bachrach et al. 2014); raises VectorTooLong for |x| > M.
        """
        raised = _unit(vectors) if self.inner_product_bound is None else _lift(vectors, self.inner_product_bound)
        return np.ascontiguousarray(raised @ self.matrix.T)

    def rotate_directions(self, vectors: Floats) -> Floats:
        """Return the directions of vectors (n, dimension) of any length, rotated (n, padded).

        Without a bound they are what `rotate` returns; with one, each stands as a question does, so that heads may
        be longer than the bound, and the negative of a vector is its opposite.
        """
        return np.ascontiguousarray(_unit(vectors) @ self.matrix[:, : self.dimension].T)

    def rotate_query(self, query: Floats) -> Floats:
        """Return a question (dimension) as a unit vector, rotated (padded)."""
        length = float(np.sqrt(query @ query))
        # The lifted coordinate of a question is zero, so the columns of the vector proper are all it takes.
        turned: Floats = self.matrix[:, : self.dimension] @ query
        if length > 0.0:
            turned /= np.float32(length)
        return turned

    def encode(self, rotated: Floats) -> Codes:
        """Return the codes (n, code_bytes) of rotated vectors (n, padded); the low four bits come first."""
        codes = np.empty((len(rotated), self.code_bytes), np.uint8)
        for start in range(0, len(rotated), _BLOCK):
            block = np.ascontiguousarray(rotated[start : start + _BLOCK], np.float32)
            codes[start : start + _BLOCK] = self.quantizer.compute_codes(block)
        return codes

    def decode(self, codes: Codes) -> Floats:
        """Return the rotated vectors (n, padded) that codes (n, code_bytes) stand for."""
        nibbles = np.stack((codes & 15, codes >> 4), axis=2).reshape(len(codes), 2 * self.code_bytes)
        parts = self.centroids[np.arange(nibbles.shape[1]), nibbles]
        return parts.reshape(len(codes), self.padded)


@lru_cache(maxsize=8)
def _make(dimension: int, bound: float | None) -> Codec:
    lifted = dimension + (bound is not None)
    code_bytes = -(-lifted // 6)
    padded = 6 * code_bytes
    matrix = rotation(lifted, padded)
    return Codec(
        dimension=dimension,
        inner_product_bound=bound,
        padded=padded,
        code_bytes=code_bytes,
        page_bytes=64 * code_bytes,
        name=_name(dimension, bound=bound, rotation_digest=digest(matrix)),
        matrix=matrix,
        centroids=(centroids := codebook.centroids_for(padded)),
        quantizer=_quantizer(centroids),
    )


def _name(dimension: int, *, bound: float | None, rotation_digest: str) -> str:
    metric = "cosine" if bound is None else f"inner product within {bound!r}"
    parts = (FORMAT, codebook.VERSION, codebook.HASH, rotation_digest, dimension, metric)
    text = "|".join(str(part) for part in parts).encode()
    return f"pq4-{FORMAT}-{dimension}-{hashlib.blake2b(text, digest_size=8).hexdigest()}"


def _quantizer(centroids: Floats) -> Any:
    import faiss

    made = faiss.ProductQuantizer(centroids.size // 16, len(centroids), 4)
    faiss.copy_array_to_vector(np.ascontiguousarray(centroids).ravel(), made.centroids)
    return made


def _unit(vectors: Floats) -> Floats:
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    lengths[lengths == 0.0] = 1.0
    return np.asarray(vectors / lengths[:, None], np.float32)


def _lift(vectors: Floats, bound: float) -> Floats:
    inside = np.asarray(vectors, np.float32) / np.float32(bound)
    squares = np.einsum("ij,ij->i", inside, inside)
    if len(squares) and float(squares.max()) > 1.0 + _SLACK:
        raise VectorTooLong(f"a vector of length {bound * float(np.sqrt(squares.max())):.6g} exceeds {bound:.6g}")
    rest = np.sqrt(np.maximum(np.float32(1.0) - squares, np.float32(0.0)))
    return np.concatenate((inside, rest[:, None]), axis=1)
