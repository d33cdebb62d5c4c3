"""A fixed random rotation of any dimension, the same bytes on every machine.

Random signs, random permutations and Hadamard transforms on two overlapping power-of-two windows, several rounds,
all in elementwise float64 (the arithmetic of IEEE 754, so no linear algebra library and no thread count changes a
bit), rounded once to float32.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["HASHES", "Rotation", "RotationChanged", "digest", "rotation"]

Rotation = NDArray[np.float32]

HASHES: Final = {
    384: "77b57ae308fc68174e0012dc334d95ce",
    768: "d86a7a1f3a8aaeb50d87164ede1eeedd",
    1024: "d6debbb200fbcc7749800779561f1958",
    1536: "658afe87fc6ed13843bed992b70e3ad4",
}

_ROUNDS: Final = 4
_SEED: Final = b"memsvc rotation 1"


class RotationChanged(RuntimeError):
    """This machine makes another rotation than the one codes were made with."""


@lru_cache(maxsize=8)
def rotation(dimension: int, padded: int) -> Rotation:
    """Return the matrix (padded, dimension) with orthonormal columns, read-only; z = matrix @ x.

    Raises RotationChanged when its bytes are not the recorded ones of that dimension.
    """
    made = np.ascontiguousarray(_square(padded)[:, :dimension], np.float32)
    expected = HASHES.get(dimension)
    if expected is not None and digest(made) != expected:
        raise RotationChanged(f"the rotation of {dimension} dimensions has hash {digest(made)}, not {expected}")
    made.flags.writeable = False
    return made


def digest(matrix: Rotation) -> str:
    """Return the blake2b hash of the little-endian float32 bytes, 16 bytes in hexadecimal."""
    return hashlib.blake2b(matrix.astype("<f4", copy=False).tobytes(), digest_size=16).hexdigest()


def _square(size: int) -> NDArray[np.float64]:
    window = 1 << (size.bit_length() - 1)
    turned = np.eye(size)
    for number in range(_ROUNDS):
        words = _words(3 * size, salt=f"{size} {number}".encode())
        order = np.argsort(words[:size], kind="stable")
        turned = turned[order] * _signs(words[size : 2 * size])
        _hadamard(turned[:window])
        # Without signs between them the second transform would nearly undo the first where windows overlap most.
        turned *= _signs(words[2 * size :])
        _hadamard(turned[size - window :])
    return turned


def _words(count: int, *, salt: bytes) -> NDArray[np.uint64]:
    """Return fixed random words: an extendable hash is the one generator that no library version changes."""
    stream = hashlib.shake_256(_SEED + b" " + salt).digest(8 * count)
    return np.frombuffer(stream, "<u8").astype(np.uint64)


def _signs(words: NDArray[np.uint64]) -> NDArray[np.float64]:
    return np.where(words & np.uint64(1), -1.0, 1.0)[:, None]


def _hadamard(rows: NDArray[np.float64]) -> None:
    """Transform the columns in place by the orthonormal Walsh-Hadamard matrix; a power of two of rows."""
    size = len(rows)
    half = 1
    while half < size:
        pairs = rows.reshape(size // (2 * half), 2, half, -1)
        total = pairs[:, 0] + pairs[:, 1]
        np.subtract(pairs[:, 0], pairs[:, 1], out=pairs[:, 1])
        pairs[:, 0] = total
        half *= 2
    rows *= 1.0 / np.sqrt(float(size))
