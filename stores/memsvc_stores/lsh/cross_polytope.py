"""The hash of TiM (arXiv 2311.08719, section 3.3; Andoni et al. 2015): the nearest of b signed directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import DimensionMismatch, InvalidInput
from memsvc.ports.hashing import Codes, Epoch, LshParameters, Points
from memsvc_stores.lsh.probing import best_codes

__all__ = ["CrossPolytope"]

_Scores = NDArray[np.float64]

# So many entries of [xR; -xR] are held at once: 32 MB.
_BLOCK = 1 << 22


class CrossPolytope:
    """F(x) = argmax([xR; -xR]), the first of equal entries; K hashes are the digits of one code, first highest.

    Everything is computed in float64: in float32 a vector may get another code alone than in a batch.
    """

    def projections(self, parameters: LshParameters) -> NDArray[np.float64]:
        p = parameters
        return np.random.default_rng(p.seed).standard_normal((p.tables, p.hashes, p.dimension, p.groups // 2))

    def codes(self, epoch: Epoch, vectors: Points) -> Codes:
        points = _points(epoch, vectors)
        found = np.empty((len(points), epoch.parameters.tables), np.int64)
        p = epoch.parameters
        step = max(1, _BLOCK // (p.tables * p.hashes * p.groups))
        weights = p.groups ** np.arange(p.hashes - 1, -1, -1, dtype=np.int64)
        for start in range(0, len(points), step):
            entries = _entries(epoch, points[start : start + step])
            found[start : start + step] = entries.argmax(axis=-1) @ weights
        return found

    def probes(self, epoch: Epoch, vector: Points, *, count: int) -> Codes:
        if count < 1:
            raise InvalidInput(f"the number of probes must be at least 1, not {count}")
        entries = _entries(epoch, _points(epoch, np.asarray(vector)[None]))[0]
        return np.stack([best_codes(table, count=count) for table in entries])


def _points(epoch: Epoch, vectors: Points) -> _Scores:
    """Return the vectors in float64; raises DimensionMismatch, InvalidInput."""
    points = np.asarray(vectors, np.float64)
    dimension = epoch.parameters.dimension
    if points.ndim != 2 or points.shape[1] != dimension:
        raise DimensionMismatch(
            f"vectors of shape {points.shape} cannot be hashed: the projections take (n, {dimension})"
        )
    if not np.isfinite(points).all():
        raise InvalidInput("a vector that is not finite cannot be hashed; embed its text again")
    if not points.any(axis=1).all():
        raise InvalidInput("a zero vector cannot be hashed: it has no direction; leave it out")
    return points


def _entries(epoch: Epoch, points: _Scores) -> _Scores:
    """Return [xR; -xR] of each point, table and hash (n, tables, hashes, groups)."""
    p = epoch.parameters
    shape = (p.tables, p.hashes, p.dimension, p.groups // 2)
    if epoch.projections.shape != shape:
        raise DimensionMismatch(f"the projections have the shape {epoch.projections.shape}, not {shape}")
    # One multiplication for all tables: (n, d) by (d, tables * hashes * groups / 2).
    joined = np.moveaxis(epoch.projections, 2, 0).reshape(p.dimension, -1)
    projected = (points @ joined).reshape(len(points), p.tables, p.hashes, p.groups // 2)
    return np.concatenate([projected, -projected], axis=-1)
