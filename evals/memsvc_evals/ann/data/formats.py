"""Vectors from .npy, .fvecs, .bvecs and HDF5 files (ann-benchmarks: `train` and `test`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import InvalidInput

__all__ = ["read_idx_images", "read_vectors"]

_COMPONENTS: dict[str, np.dtype[Any]] = {".fvecs": np.dtype("<f4"), ".bvecs": np.dtype("u1")}
_IDX_HEADER = 16


def read_vectors(path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return the vectors, mapped where the format allows, and the queries that the file has besides.

    Raises InvalidInput for a file that is not whole or of another format.
    """
    try:
        if path.suffix in _COMPONENTS:
            return _vecs(path, _COMPONENTS[path.suffix]), None
        if path.suffix in (".hdf5", ".h5"):
            return _hdf5(path)
        vectors: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot read {path}: {error}") from error
    if vectors.ndim != 2:
        raise InvalidInput(f"{path}: must be of shape (n, dimension), is {vectors.shape}")
    return vectors, None


def _vecs(path: Path, component: np.dtype[Any]) -> NDArray[Any]:
    """Return the components of records [dimension i32 | components]."""
    raw = np.memmap(path, np.uint8, mode="r")
    dimension = int(raw[:4].view("<i4")[0]) if raw.size >= 4 else 0
    record = 4 + dimension * component.itemsize
    if dimension < 1 or raw.size % record:
        raise InvalidInput(f"{path}: is not a whole {path.suffix} file")
    rows = raw.reshape(-1, record)
    if not np.array_equal(rows[:, :4], np.broadcast_to(rows[0, :4], (len(rows), 4))):
        raise InvalidInput(f"{path}: its vectors are of different dimensions")
    if component.itemsize == 1:
        return rows[:, 4:]
    return raw.view(component).reshape(len(rows), -1)[:, 1:]


def _hdf5(path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    import h5py

    with h5py.File(path, "r") as file:
        if "train" not in file:
            raise InvalidInput(f"{path}: has no dataset `train`")
        queries = file["test"][:] if "test" in file else None
        return file["train"][:], queries


def read_idx_images(path: Path) -> NDArray[np.uint8]:
    """Return the images of an IDX file (MNIST) as rows."""
    raw = np.fromfile(path, np.uint8)
    magic, count, height, width = (int(n) for n in raw[:_IDX_HEADER].view(">i4"))
    if magic != 0x803 or raw.size != _IDX_HEADER + count * height * width:
        raise InvalidInput(f"{path.name}: is not a whole IDX file of images")
    return raw[_IDX_HEADER:].reshape(count, height * width)
