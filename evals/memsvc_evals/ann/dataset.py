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
_ROWS = 16_384
_LEAST_TRUTH = 10
_CONVERTING = "memsvc eval ann-data file converts other files"


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

    @property
    def vectors_sha256(self) -> str:
        """Return the digest of the vectors: the manifest's, if it has one."""
        return str(self.manifest.get("vectors_sha256") or array_digest(self.vectors))


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
        raise InvalidInput(
            f"{path}: must be float16 of shape (n, dimension), is {matrix.dtype} {matrix.shape}; {_CONVERTING}"
        )
    for start in range(0, len(matrix), _ROWS):
        norms = np.linalg.norm(matrix[start : start + _ROWS].astype(np.float32), axis=1)
        wrong = np.flatnonzero(~(np.abs(norms - 1) < 1e-2))
        if wrong.size:
            raise InvalidInput(
                f"{path}: vectors must be L2-normalised, row {start + wrong[0]} has length {norms[wrong[0]]:.3g}; "
                f"{_CONVERTING}"
            )
    return matrix


def _truth(path: Path, vectors: NDArray[np.float16], queries: NDArray[np.float16]) -> NDArray[np.int64]:
    if path.exists():
        truth = _load(path)
        if not np.issubdtype(truth.dtype, np.integer) or truth.ndim != 2 or len(truth) != len(queries):
            raise InvalidInput(
                f"{path}: does not fit the queries: must be whole numbers of shape ({len(queries)}, {DEPTH}), "
                f"is {truth.dtype} {truth.shape}"
            )
        if truth.shape[1] < min(_LEAST_TRUTH, len(vectors)):
            raise InvalidInput(f"{path}: has {truth.shape[1]} answers to a query, must have {DEPTH}")
        if truth.min() < 0 or truth.max() >= len(vectors):
            raise InvalidInput(
                f"{path}: does not fit the vectors: names rows {truth.min()} to {truth.max()} of {len(vectors)}"
            )
        return truth.astype(np.int64)
    truth = exact_top(vectors, queries, min(DEPTH, len(vectors)))
    with contextlib.suppress(OSError):  # a folder that cannot be written is read all the same
        np.save(path, truth)
    return truth


def _load(path: Path) -> NDArray[Any]:
    try:
        loaded: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:  # numpy advises to trust pickles here
        raise InvalidInput(f"cannot read {path}: not a whole .npy file of numbers") from error
    return loaded


def _manifest(folder: Path, vectors: NDArray[np.float16]) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.exists():
        return {"vectors_sha256": array_digest(vectors)}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot read {path}: {error}") from error
    if not isinstance(manifest, dict):
        raise InvalidInput(f"{path}: must be a JSON object")
    return manifest


def array_digest(array: NDArray[Any]) -> str:
    """Return the SHA-256 of an array's bytes in C order."""
    digest = hashlib.sha256()
    rows = max(1, _BLOCK // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        digest.update(np.ascontiguousarray(array[start : start + rows]).data)
    return digest.hexdigest()
