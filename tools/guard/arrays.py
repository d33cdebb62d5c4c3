"""Add arrays to a guard model file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from numpy.typing import ArrayLike

from memsvc.guard.arrays_file import Array, read_arrays, write_arrays
from memsvc.guard.conformal import BenignScores, KindClass, LengthBucket
from memsvc.guard.model_file import benign_name

__all__ = ["add_arrays", "add_benign", "benign_arrays"]


def add_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Add or replace arrays by name, and keep the others; written in one step."""
    write_arrays(path, {**read_arrays(path)[1], **arrays})


def add_benign(
    path: Path, detector: str, kind: KindClass | None, bucket: LengthBucket | None, scores: ArrayLike
) -> None:
    """Add a detector's benign scores for a sort of note; None means of any kind or length."""
    add_arrays(path, benign_arrays(detector, kind, bucket, scores))


def benign_arrays(
    detector: str, kind: KindClass | None, bucket: LengthBucket | None, scores: ArrayLike
) -> dict[str, Array]:
    """Return a sketch of scores as arrays, named as the model reads them."""
    sketch = BenignScores.of(scores)
    return {
        benign_name(detector, kind or "any", bucket or "any", "values"): sketch.values,
        benign_name(detector, kind or "any", bucket or "any", "below"): sketch.below,
    }
