"""Train a codebook on Gaussian vectors: `python -m memsvc_stores.vectors.codes.train FILE`.

For a new version of the format only. Codes made with another codebook mean nothing, so the shipped file is never
overwritten: the new one gets a new version, file name and hash in `codebook.py`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Final

import numpy as np

from memsvc_stores.vectors.codes.codebook import BASE_DIMENSION, SHAPE, Centroids

__all__ = ["main", "train"]

_VECTORS: Final = 50_000
_SEED: Final = 5


def train(vectors: int = _VECTORS) -> Centroids:
    """Return centroids of shape (128, 16, 3), by faiss's k-means on unit vectors of random direction."""
    import faiss

    sample = np.random.default_rng(_SEED).standard_normal((vectors, BASE_DIMENSION)).astype(np.float32)
    sample /= np.linalg.norm(sample, axis=1, keepdims=True)
    index = faiss.IndexPQFastScan(BASE_DIMENSION, SHAPE[0], 4, faiss.METRIC_INNER_PRODUCT)
    index.train(sample)
    trained: Centroids = faiss.vector_to_array(index.pq.centroids).reshape(SHAPE).astype("<f4")
    return trained


def main(arguments: list[str]) -> int:
    """Write the codebook to the file named; refuse to overwrite one."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m memsvc_stores.vectors.codes.train FILE\n")
        return 2
    content = train().tobytes()
    with Path(arguments[0]).open("xb") as file:
        file.write(content)
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    sys.stdout.write(f"{len(content)} bytes, blake2b {digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
