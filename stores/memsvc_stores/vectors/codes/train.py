"""Make the universal codebook: `python -m memsvc_stores.vectors.codes.train FILE`.

Ordinary product quantisation of 50,000 unit-normalised Gaussian vectors of 384 dimensions: after a random
rotation every vector of unit length looks like one of them, so no data is needed. k-means is not stable to the
bit over machines and library versions; the shipped file is the one that counts.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np

from memsvc_stores.vectors.codes.codebook import SUBSPACES, TRAINED

__all__ = ["main", "train"]


def train() -> bytes:
    """Return a codebook's bytes: (128, 16, 3) float32, little-endian."""
    import faiss

    faiss.omp_set_num_threads(1)
    sample = np.random.default_rng(5).standard_normal((50_000, TRAINED)).astype(np.float32)
    sample /= np.linalg.norm(sample, axis=1, keepdims=True)
    index = faiss.IndexPQFastScan(TRAINED, SUBSPACES, 4, faiss.METRIC_INNER_PRODUCT)
    index.train(sample)
    centroids: bytes = faiss.vector_to_array(index.pq.centroids).astype("<f4").tobytes()
    return centroids


def main(target: Path) -> None:
    content = train()
    target.write_bytes(content)
    sys.stdout.write(f"{target}: {len(content)} bytes, {hashlib.blake2b(content, digest_size=16).hexdigest()}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
