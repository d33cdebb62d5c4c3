"""One generation directory: writing a snapshot's living entries, and mapping them back, checked."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows
from memsvc_stores.vectors import manifest as layout
from memsvc_stores.vectors.files import Files
from memsvc_stores.vectors.manifest import Damaged, Manifest
from memsvc_stores.vectors.segment import Mask, Positions, Segment, Snapshot

__all__ = ["open_generation", "read_manifest", "stored_rows", "write_generation"]

_BLOCK = 4096


def write_generation(files: Files, directory: Path, snapshot: Snapshot, *, namespace: int) -> None:
    """Write a snapshot's living entries into an empty directory, ascending by note row; manifest last."""
    rows = np.concatenate((snapshot.base.rows, snapshot.tail.rows))
    visible = np.concatenate((snapshot.base.visible, snapshot.tail.visible))
    living = np.concatenate((snapshot.base.alive, snapshot.tail.alive)).nonzero()[0]
    order = living[np.argsort(rows[living], kind="stable")]
    kept: Rows = rows[order].astype("<i8")
    written = {
        layout.VECTORS: files.write(directory / layout.VECTORS, _vector_blocks(snapshot, order)),
        layout.ROWS: files.write(directory / layout.ROWS, [kept.tobytes()]),
        layout.VISIBLE: files.write(directory / layout.VISIBLE, [visible[order].astype(np.uint8).tobytes()]),
    }
    manifest = Manifest(
        namespace=namespace,
        model_id=snapshot.model_id,
        dimension=snapshot.dimension,
        applied=snapshot.applied,
        keys=int(kept.size),
        notes=int(np.unique(kept).size),
        files=written,
    )
    files.write(directory / layout.MANIFEST, [layout.encode(manifest)])


def read_manifest(directory: Path) -> Manifest:
    """Read and check a generation's manifest alone; raise Damaged."""
    try:
        raw = (directory / layout.MANIFEST).read_bytes()
    except OSError as error:
        raise Damaged("manifest.json is missing or unreadable") from error
    return layout.decode(raw)


def open_generation(directory: Path, *, namespace: int) -> Snapshot:
    """Map a generation after checking every byte of it; raise Damaged at any difference."""
    manifest = read_manifest(directory)
    if manifest.namespace != namespace:
        raise Damaged("it belongs to another namespace")
    keys, dimension = manifest.keys, manifest.dimension
    expected = {layout.VECTORS: keys * dimension * 4, layout.ROWS: keys * 8, layout.VISIBLE: keys}
    maps = {name: _mapped(directory / name, manifest, length) for name, length in expected.items()}
    rows: Rows = maps[layout.ROWS].view("<i8")
    visible: Mask = maps[layout.VISIBLE].astype(np.bool_)
    base = Segment(
        matrix=maps[layout.VECTORS].view("<f4").reshape(keys, dimension),
        rows=rows,
        alive=np.ones(keys, np.bool_),
        visible=visible,
        veiled=keys - int(np.count_nonzero(visible)),
        ascending=True,
    )
    several = manifest.notes < keys
    return Snapshot(manifest.model_id, manifest.applied, several, base, Segment.empty(dimension), directory)


def stored_rows(directory: Path) -> Rows | None:
    """Return the note rows in a generation, checked, or None when they cannot be told."""
    try:
        manifest = read_manifest(directory)
        return _mapped(directory / layout.ROWS, manifest, manifest.keys * 8).view("<i8")
    except Damaged:
        return None


def _mapped(path: Path, manifest: Manifest, length: int) -> NDArray[np.uint8]:
    written = manifest.files[path.name]
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size != length or size != written.length or not size:
                raise Damaged(f"{path.name} has {size} bytes")
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise Damaged(f"{path.name} is missing or unreadable") from error
    if hashlib.blake2b(content, digest_size=32).hexdigest() != written.digest:
        raise Damaged(f"{path.name} does not match its checksum")
    return np.frombuffer(content, np.uint8)


def _vector_blocks(snapshot: Snapshot, order: Positions) -> Iterator[memoryview]:
    """Yield the entries in order; blocks bound the memory that a save takes."""
    edge = len(snapshot.base)
    for start in range(0, order.size, _BLOCK):
        places = order[start : start + _BLOCK]
        block = np.empty((places.size, snapshot.dimension), "<f4")
        below = places < edge
        block[below] = snapshot.base.matrix[places[below]]
        block[~below] = snapshot.tail.matrix[places[~below] - edge]
        yield block.data.cast("B")
