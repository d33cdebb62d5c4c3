"""A folder of vectors: x_f16.npy, q_f16.npy, and the exact answers gt20.npy."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import InvalidInput
from memsvc_evals.ann.truth import exact_top

__all__ = ["DEPTH", "HELD", "AnnData", "array_digest", "read_dataset"]

DEPTH = 20
HELD = "held_f16.npy"
_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class AnnData:
    """`vectors` (n, dimension) and `queries` are L2-normalised float16, `truth` (queries, 20) rows, best first.

    `held` and `held_truth` are a second set of queries (held_f16.npy), empty where there is none. `manifest` is
    what the builder of the folder wrote, or the digest of the vectors where it wrote nothing.
    """

    folder: Path
    vectors: NDArray[np.float16]
    queries: NDArray[np.float16]
    truth: NDArray[np.int64]
    held: NDArray[np.float16]
    held_truth: NDArray[np.int64]
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        return self.folder.resolve().name


def read_dataset(folder: Path) -> AnnData:
    """Read a folder; the exact answers are computed (and kept in it, where it can be written) if not there.

    Raises InvalidInput that names the file and what is wrong.
    """
    vectors, queries = (_matrix(folder / name) for name in ("x_f16.npy", "q_f16.npy"))
    if vectors.shape[1] != queries.shape[1]:
        raise InvalidInput(f"{folder}: vectors have {vectors.shape[1]} dimensions, queries {queries.shape[1]}")
    truth = _truth(folder / "gt20.npy", vectors, queries)
    held, held_truth = queries[:0], truth[:0]
    if (folder / HELD).exists():
        held = _matrix(folder / HELD)
        held_truth = _truth(folder / "held_gt20.npy", vectors, held)
    return AnnData(folder, vectors, queries, truth, held, held_truth, _manifest(folder, vectors))


def _matrix(path: Path) -> NDArray[np.float16]:
    matrix = _load(path)
    if matrix.ndim != 2 or matrix.dtype != np.float16 or not len(matrix):
        raise InvalidInput(f"{path}: must be float16 of shape (n, dimension), is {matrix.dtype} {matrix.shape}")
    norms = np.linalg.norm(matrix[:1000].astype(np.float32), axis=1)
    if not np.all(np.abs(norms - 1) < 1e-2):
        raise InvalidInput(f"{path}: vectors must be L2-normalised; convert them with memsvc eval ann-data")
    return matrix


def _truth(path: Path, vectors: NDArray[np.float16], queries: NDArray[np.float16]) -> NDArray[np.int64]:
    if path.exists():
        truth = _load(path)
        if truth.shape[0] != len(queries) or truth.ndim != 2 or truth.max() >= len(vectors):
            raise InvalidInput(f"{path}: does not fit the vectors and queries")
        return truth.astype(np.int64)
    truth = exact_top(vectors, queries, min(DEPTH, len(vectors)))
    with contextlib.suppress(OSError):  # a folder that cannot be written is read all the same
        np.save(path, truth)
    return truth


def _load(path: Path) -> NDArray[Any]:
    try:
        loaded: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot read {path}: {error}") from error
    return loaded


def _manifest(folder: Path, vectors: NDArray[np.float16]) -> dict[str, Any]:
    path = folder / "manifest.json"
    if path.exists():
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return manifest
    return {"vectors_sha256": array_digest(vectors)}


def array_digest(array: NDArray[Any]) -> str:
    """Return the SHA-256 of an array's bytes in C order."""
    digest = hashlib.sha256()
    rows = max(1, _BLOCK // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        digest.update(np.ascontiguousarray(array[start : start + rows]).data)
    return digest.hexdigest()
