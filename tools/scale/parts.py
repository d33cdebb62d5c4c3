"""Latencies of the parts of a query, measured on this machine as samples, in seconds."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.aligned import aligned
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.codes.scorer import RowScorer
from memsvc_stores.vectors.layout import SLOTS
from memsvc_stores.vectors.spann.graph import HeadGraph
from memsvc_stores.vectors.spann.options import SpannOptions

__all__ = ["PAGES", "ROWS", "SCANNED", "Parts", "Samples", "measure"]

DIMENSION = 384
SAMPLES = 400
PAGES = 256
FOUND = 250
ROWS = 205
GRAPH_HEADS = 12_000
FILE_BYTES = 256 << 20
SCANNED = 65_536

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Samples of each part: CPU time, without other programs' turns, but wall time for reads.

    `scan` is of `SCANNED` codes; `read` is one 4 KiB read with nothing else of ours under way.
    """

    rotate: Samples
    scan: Samples
    pages: Samples
    rows: Samples
    graph: Samples
    read: Samples


def measure(scratch: Path) -> Parts:
    """Measure on random vectors, and reads from a scratch file past the page cache."""
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((GRAPH_HEADS, DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    codec = Codec.of(DIMENSION)
    query = vectors[0]
    z = codec.rotate_query(query)
    codes = pack(np.resize(codec.encode(codec.rotate(vectors)), (SCANNED, codec.code_bytes)))
    graph = HeadGraph.over(vectors, SpannOptions(graph_build_width=40))
    return Parts(
        rotate=_timed(lambda: codec.rotate_query(query)),
        scan=_scan(codec, codes, z),
        pages=_pages(codec, codes, z),
        rows=_rows(vectors, query),
        graph=_timed(lambda: graph.nearest(vectors[:1], 64)),
        read=_reads(scratch, rng),
    )


def _timed(work: Callable[[], object], clock: Callable[[], float] = time.thread_time) -> Samples:
    work()
    took = np.empty(SAMPLES)
    for number in range(SAMPLES):
        started = clock()
        work()
        took[number] = clock() - started
    return took


def _scan(codec: Codec, codes: NDArray[np.uint8], z: NDArray[np.float32]) -> Samples:
    resident = ResidentCodes(codec, len(codes))
    resident.pages[:] = codes
    return _timed(lambda: resident.search(z, FOUND))


def _pages(codec: Codec, codes: NDArray[np.uint8], z: NDArray[np.float32]) -> Samples:
    """Time a scan of pages where they lie."""
    scanner = Scanner(codec)
    room = aligned(codes.nbytes).reshape(codes.shape)
    room[:] = codes
    chosen = np.random.default_rng(4).permutation(SCANNED // SLOTS)[:PAGES]
    pages = (room.ctypes.data + chosen * codec.page_bytes).astype(np.uint64)
    return _timed(lambda: scanner.search(z, pages, FOUND))


def _rows(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> Samples:
    scorer = RowScorer(DIMENSION)
    rows = vectors[:ROWS].astype("<f2").view(np.uint8)

    def score() -> None:
        scorer.buffer(ROWS)[:] = rows
        scorer.top(query, ROWS, ROWS)

    return _timed(score)


def _reads(scratch: Path, rng: np.random.Generator) -> Samples:
    path = scratch / "reads.tmp"
    path.write_bytes(os.urandom(1 << 20) * (FILE_BYTES >> 20))
    handle = os.open(path, os.O_RDWR)
    os.fsync(handle)
    os.close(handle)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECT)
    page = mmap.mmap(-1, 4096)
    offsets = iter((4096 * rng.integers(FILE_BYTES // 4096, size=SAMPLES + 1)).tolist())
    try:
        return _timed(lambda: os.preadv(handle, [page], next(offsets)), time.perf_counter)
    finally:
        os.close(handle)
        path.unlink()
