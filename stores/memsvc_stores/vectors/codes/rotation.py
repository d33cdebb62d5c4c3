"""A fixed random rotation for any dimension, the same on every machine.

Rounds of sign flips, a permutation and Walsh-Hadamard transforms over two overlapping windows make the
coordinates of a unit vector nearly Gaussian, as a dense random rotation does; elementwise float64 sums alone
are used, so that no BLAS or LAPACK build changes a bit of it.
"""

from __future__ import annotations

import hashlib
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged

__all__ = ["KNOWN", "digest", "rotation"]

_ROUNDS = 4
_SEED = 1234
# Checksums of the rotations of the common models' dimensions (1026 is 1024, padded).
KNOWN: Final = {
    384: "3a14d79f873a14171e65984891f13c86",
    768: "8ded48f8159165fdcf75d7c3b7e959da",
    1026: "279ca532fd988f625eb5c38267f1cab7",
    1536: "df41d8db80b92e3ff6091469d3f6075b",
}


def rotation(dimension: int) -> NDArray[np.float32]:
    """Return the orthonormal matrix A (dimension, dimension); y = A x. Raises Damaged when it came out wrong."""
    generator = np.random.PCG64(_SEED + dimension)
    matrix = np.eye(dimension)
    for _ in range(_ROUNDS):
        bits = generator.random_raw(dimension)
        signs = np.where(bits & np.uint64(1), 1.0, -1.0)
        order = np.argsort(generator.random_raw(dimension), kind="stable")
        matrix = _mixed((matrix * signs[:, None])[order])
    made = matrix.astype(np.float32)
    if dimension in KNOWN and digest(made) != KNOWN[dimension]:
        raise Damaged(
            f"the rotation for {dimension} dimensions came out as {digest(made)}, not {KNOWN[dimension]}: "
            "this numpy computes otherwise; stored codes cannot be used with it"
        )
    return made


def digest(matrix: NDArray[np.float32]) -> str:
    """Return the BLAKE2b (16 bytes, hex) of a matrix as little-endian float32."""
    return hashlib.blake2b(np.ascontiguousarray(matrix, "<f4").tobytes(), digest_size=16).hexdigest()


def _mixed(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transform the first and then the last 2^j rows, which overlap unless the count is a power of two."""
    count = len(matrix)
    window = 1 << (count.bit_length() - 1)
    mixed = matrix.copy()
    mixed[:window] = _hadamard(mixed[:window])
    if window < count:
        mixed[count - window :] = _hadamard(mixed[count - window :])
    return mixed


def _hadamard(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    count, step = len(rows), 1
    while step < count:
        pairs = rows.reshape(count // (2 * step), 2, step, -1)
        rows = np.stack((pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]), axis=1).reshape(count, -1)
        step *= 2
    return rows * (1.0 / math.sqrt(count))
