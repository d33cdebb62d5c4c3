"""From vectors to codes: normalise, rotate, and name the nearest of 16 centroids for each three dimensions."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import DimensionMismatch
from memsvc_stores.vectors.codes import codebook
from memsvc_stores.vectors.codes.rotation import digest, rotation
from memsvc_stores.vectors.layout import SLOTS

__all__ = ["Codec", "Codes", "Floats"]

Codes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_FORMAT = 1
_BLOCK = 8192


class Codec:
    """Rotation and codebook for one dimension; immutable, and shared by threads.

    Codes are for the order of inner products. With `bound` M, vectors of any length up to M are lifted to
    [x/M, sqrt(1 - |x/M|^2)], whose inner products with [q, 0] are those of x and q over M; without it they are
    normalised, which is cosine.
    """

    def __init__(self, dimension: int, bound: float | None = None) -> None:
        self.dimension = dimension
        self.bound = bound
        self._lifted = dimension if bound is None else dimension + 1
        subspaces = 2 * -(-self._lifted // 6)
        self.padded = 3 * subspaces
        self.code_bytes = subspaces // 2
        self.page_bytes = SLOTS * self.code_bytes
        self._rotation = rotation(self.padded)
        shared = codebook.load()
        scale = np.float32((codebook.TRAINED / self.padded) ** 0.5)
        self.centroids: Floats = np.resize(shared, (subspaces, 16, 3)) * scale
        self.name = self._fingerprint()
        self._quantizer: Any = None

    @staticmethod
    def of(dimension: int, *, inner_product_bound: float | None = None) -> Codec:
        """Return the codec of a dimension, made once."""
        return _made(dimension, inner_product_bound)

    def rotate(self, vectors: Floats) -> Floats:
        """Return (n, padded) rotated unit vectors for (n, dimension); zero vectors stay zero."""
        lifted = self._normalised(vectors) if self.bound is None else self._lift(vectors)
        rotated: Floats = lifted @ self._rotation[:, : self._lifted].T
        return rotated

    def rotate_query(self, query: Floats) -> Floats:
        """Return (padded,) for a query of any length."""
        rotated: Floats = self._rotation[:, : self.dimension] @ query
        return rotated

    def encode(self, rotated: Floats) -> Codes:
        """Return codes (n, code_bytes) of rotated vectors (n, padded)."""
        quantizer = self._product_quantizer()
        codes: Codes = quantizer.compute_codes(np.ascontiguousarray(rotated, np.float32))
        return codes

    def encode_vectors(self, vectors: NDArray[np.floating]) -> Codes:
        """Return codes of vectors (n, dimension), block by block, so that memory stays bounded."""
        codes = np.empty((len(vectors), self.code_bytes), np.uint8)
        for start in range(0, len(vectors), _BLOCK):
            block = np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32)
            codes[start : start + _BLOCK] = self.encode(self.rotate(block))
        return codes

    def decode(self, codes: Codes) -> Floats:
        """Return the rotated vectors (n, padded) that codes stand for."""
        nibbles = np.empty((len(codes), 2 * self.code_bytes), np.intp)
        nibbles[:, 0::2] = codes & 15
        nibbles[:, 1::2] = codes >> 4
        decoded: Floats = self.centroids[np.arange(nibbles.shape[1]), nibbles].reshape(len(codes), self.padded)
        return decoded

    def _normalised(self, vectors: Floats) -> Floats:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        normalised: Floats = vectors / np.where(lengths > 0, lengths, 1)
        return normalised

    def _lift(self, vectors: Floats) -> Floats:
        scaled = vectors / np.float32(self.bound)
        squares = np.einsum("ij,ij->i", scaled, scaled)
        if squares.size and float(squares.max()) > 1.0001:
            raise DimensionMismatch(
                f"a vector of length {float(squares.max()) ** 0.5 * (self.bound or 0):.4g} exceeds the bound "
                f"{self.bound:.4g} of the index: build it again with a greater bound"
            )
        rest = np.sqrt(np.maximum(0, 1 - squares))
        return np.concatenate((scaled, rest[:, None]), axis=1, dtype=np.float32)

    def _product_quantizer(self) -> Any:
        if self._quantizer is None:
            import faiss

            quantizer = faiss.ProductQuantizer(self.padded, 2 * self.code_bytes, 4)
            faiss.copy_array_to_vector(self.centroids.ravel(), quantizer.centroids)
            self._quantizer = quantizer
        return self._quantizer

    def _fingerprint(self) -> str:
        parts = (_FORMAT, self.dimension, self.padded, self.bound, codebook.DIGEST, digest(self._rotation))
        return hashlib.blake2b(repr(parts).encode("ascii"), digest_size=8).hexdigest()


@lru_cache(maxsize=16)
def _made(dimension: int, bound: float | None) -> Codec:
    return Codec(dimension, bound)
