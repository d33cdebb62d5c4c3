"""Epochs to hash with, by a matrix or by parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.hashing import Epoch, LshParameters, Purpose
from memsvc_stores.lsh import CrossPolytope

__all__ = ["epoch_of", "random_epoch"]


def epoch_of(matrix: NDArray[np.float64]) -> Epoch:
    """Return one table with one hash of the given matrix (dimension, groups / 2)."""
    dimension, half = matrix.shape
    parameters = LshParameters(dimension, 2 * half)
    return Epoch(1, Purpose.RECALL, parameters, "m", matrix[None, None])


def random_epoch(parameters: LshParameters) -> Epoch:
    return Epoch(1, Purpose.RECALL, parameters, "m", CrossPolytope().projections(parameters))
