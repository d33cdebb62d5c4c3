"""The codebook that is shipped: 128 sub-quantisers of 16 centroids in 3 dimensions.

After a random rotation every three coordinates of a unit vector are close to Gaussian, whatever the vectors were,
so that one codebook trained on Gaussian vectors serves all of them. It is never trained again: k-means is not
the same to the bit on two machines. `train.py` made it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BASE_DIMENSION",
    "FILE",
    "HASH",
    "SHAPE",
    "VERSION",
    "Centroids",
    "CodebookChanged",
    "centroids_for",
    "parse",
    "shipped",
]

Centroids = NDArray[np.float32]

VERSION: Final = 1
FILE: Final = "codebook-1.bin"
WIDTH: Final = 3
BASE_DIMENSION: Final = 384
SHAPE: Final = (BASE_DIMENSION // WIDTH, 16, WIDTH)
HASH: Final = "0d7131a26ec7a974b8bad49fd07816ce"


class CodebookChanged(RuntimeError):
    """The codebook file is not the one that codes are made with."""


@lru_cache(maxsize=1)
def shipped() -> Centroids:
    """Return the shipped centroids, shape (128, 16, 3), read-only; raises CodebookChanged."""
    return parse(resources.files("memsvc_stores.vectors.codes").joinpath(FILE).read_bytes())


def parse(content: bytes) -> Centroids:
    """Read the little-endian float32 content of a codebook file; raises CodebookChanged unless it is the one."""
    found = hashlib.blake2b(content, digest_size=16).hexdigest()
    if found != HASH:
        raise CodebookChanged(f"{FILE} has {len(content)} bytes with hash {found}, not the hash {HASH}")
    return np.frombuffer(content, "<f4").reshape(SHAPE)


def centroids_for(padded: int) -> Centroids:
    """Return the centroids for rotated vectors of `padded` dimensions, shape (padded / 3, 16, 3).

    The sub-quantisers are repeated in order. A coordinate of a rotated unit vector has the standard deviation
    1 / sqrt(padded), so they are scaled from that of the 384 dimensions trained for.
    """
    book = shipped()
    repeated = book[np.arange(padded // WIDTH) % len(book)]
    return np.ascontiguousarray(repeated * np.float32(np.sqrt(BASE_DIMENSION / padded)))
