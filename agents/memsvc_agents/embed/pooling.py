"""One vector for a text that was embedded in several parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from memsvc.ports.embedding import Matrix

__all__ = ["average_parts"]


def average_parts(vectors: Matrix, owners: Sequence[int], count: int) -> Matrix:
    """Return (count, dimension): a text's one vector as it is, or the normalised mean of its parts.

    `owners[i]` is the text to which `vectors[i]` belongs; every text owns at least one.
    """
    owner = np.asarray(owners, dtype=np.intp)
    result = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(result, owner, vectors)
    several = np.bincount(owner, minlength=count) > 1
    lengths = np.linalg.norm(result[several], axis=1, keepdims=True)
    result[several] /= np.maximum(lengths, np.finfo(np.float32).tiny)
    return result
