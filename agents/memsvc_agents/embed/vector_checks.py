"""What an embedding cache checks before it stores anything."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from memsvc.errors import DimensionMismatch
from memsvc.ports.embedding import Model, Vector

__all__ = ["require_vectors"]


def require_vectors(model: Model, vectors: Mapping[str, Vector]) -> None:
    """Raise DimensionMismatch unless every vector is finite and as long as the model's."""
    for key, vector in vectors.items():
        if vector.shape != (model.dimension,):
            raise DimensionMismatch(
                f"vector {key[:12]} has shape {vector.shape}, but model {model.id} makes {model.dimension} numbers"
            )
        if not np.isfinite(vector).all():
            raise DimensionMismatch(f"vector {key[:12]} of model {model.id} holds NaN or infinity")
