"""Telling codes that are not those of their vectors."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.layout import Bytes2
from memsvc_stores.vectors.segment import Mask

__all__ = ["strange"]

_SLACK: Final = 1e-4


def strange(codec: Codec, codes: Bytes2, vectors: Matrix, *, heads: bool = False) -> Mask:
    """Say for each code (n, code_bytes) whether it is not the one of its vector (n, dimension).

    `heads` are coded as directions. A vector that is not finite has no code.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        rotated = (codec.rotate_directions if heads else codec.rotate)(vectors)
        best = codec.encode(rotated)
        wrong: Mask = (codes != best).any(axis=1) | ~np.isfinite(rotated).all(axis=1)
        doubtful = np.flatnonzero(wrong)
        # Sums of floats depend on how many vectors are rotated and coded together, so where two centroids are
        # about equally near, a code made in another batch may name the other one: what counts is the distance.
        least = _squares(codec, best[doubtful], rotated[doubtful]) + _SLACK
        wrong[doubtful] = ~(_squares(codec, codes[doubtful], rotated[doubtful]) <= least)
    return wrong


def _squares(codec: Codec, codes: Bytes2, rotated: Matrix) -> NDArray[np.float32]:
    apart = codec.decode(codes) - rotated
    squares: NDArray[np.float32] = np.einsum("ij,ij->i", apart, apart)
    return squares
