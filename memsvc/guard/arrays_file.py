"""A file of named numeric arrays that is checked when read: the container of the guard's model.

Layout: magic (8 bytes), format version and header length (two little-endian uint32), SHA-256 of all that follows
(32 bytes), the header (JSON), the arrays. Each array is its bytes by significance (all lowest bytes first),
compressed with zlib.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import GuardModelError

__all__ = ["FORMAT_VERSION", "Array", "read_arrays", "write_arrays"]

Array = NDArray[Any]

FORMAT_VERSION = 1
_MAGIC = b"MEMGUARD"
_FIXED = struct.Struct("<8sII32s")
_DTYPES = frozenset({"uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "float32"})
_LARGEST_FILE = 64 << 20
_LARGEST_ARRAY = 256 << 20
_REMEDY = "reinstall memsvc, or let MEMSVC_GUARD__MODEL name a file made by tools/guard/train.py"


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write a file of arrays, by name, in one step; the same arrays give the same bytes."""
    entries, blobs = [], []
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        if array.dtype.name not in _DTYPES:
            raise ValueError(
                f"array {name!r} has dtype {array.dtype.name}; possible are {', '.join(sorted(_DTYPES))}"
            )
        blob = zlib.compress(_by_significance(array), 9)
        entries.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "size": len(blob)})
        blobs.append(blob)
    header = json.dumps({"arrays": entries}, separators=(",", ":")).encode()
    body = header + b"".join(blobs)
    fixed = _FIXED.pack(_MAGIC, FORMAT_VERSION, len(header), hashlib.sha256(body).digest())
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(fixed + body)
    os.replace(draft, path)


def read_arrays(path: Path) -> tuple[str, dict[str, Array]]:
    """Return the SHA-256 (hexadecimal) and the arrays of a file.

    Raises:
        GuardModelError: it is missing, unreadable, of another format or version, damaged, or inconsistent.
    """
    data = _read(path)
    if len(data) < _FIXED.size:
        raise _wrong(path, f"has {len(data)} bytes, too few for a guard model")
    magic, version, header_size, digest = _FIXED.unpack_from(data)
    if magic != _MAGIC:
        raise _wrong(path, "is no guard model (its first bytes are others)")
    if version != FORMAT_VERSION:
        raise _wrong(path, f"has format version {version}; this memsvc reads {FORMAT_VERSION}")
    body = memoryview(data)[_FIXED.size :]
    if hashlib.sha256(body).digest() != digest:
        raise _wrong(path, "is damaged: its content does not match its SHA-256")
    try:
        return digest.hex(), _arrays(body, header_size)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise _wrong(path, f"is inconsistent: {error}") from error


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            raise _wrong(path, f"has {size} bytes, more than the {_LARGEST_FILE} that a guard model may have")
        return path.read_bytes()
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror or type(error).__name__}") from error


def _arrays(body: memoryview, header_size: int) -> dict[str, Array]:
    header = json.loads(bytes(body[:header_size]))
    arrays: dict[str, Array] = {}
    start = header_size
    for entry in header["arrays"]:
        name, dtype, shape, size = entry["name"], entry["dtype"], tuple(entry["shape"]), entry["size"]
        if dtype not in _DTYPES:
            raise ValueError(f"array {name!r} has the unknown dtype {dtype!r}")
        expected = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        if not 0 <= expected <= _LARGEST_ARRAY or start + size > len(body):
            raise ValueError(f"array {name!r} has an impossible size")
        inflater = zlib.decompressobj()
        raw = inflater.decompress(bytes(body[start : start + size]), expected + 1)
        if len(raw) != expected:
            raise ValueError(f"array {name!r} has another size than its header says")
        arrays[name] = _from_significance(raw, np.dtype(dtype)).reshape(shape)
        start += size
    return arrays


def _by_significance(array: Array) -> bytes:
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little.reshape(-1).view(np.uint8).reshape(-1, array.itemsize).T).tobytes()


def _from_significance(raw: bytes, dtype: np.dtype[Any]) -> Array:
    planes = np.frombuffer(raw, np.uint8).reshape(dtype.itemsize, -1)
    found = np.ascontiguousarray(planes.T).reshape(-1).view(dtype.newbyteorder("<")).astype(dtype)
    found.flags.writeable = False
    return found


def _wrong(path: Path, what: str) -> GuardModelError:
    return GuardModelError(f"the guard model {path.name} {what}; {_REMEDY}", place=str(path))
