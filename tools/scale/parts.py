"""Latencies of the parts of a query, measured on this machine as samples, in seconds."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.spann.graph import HeadGraph
from memsvc_stores.vectors.spann.options import SpannOptions

__all__ = ["SCANNED", "Parts", "measure"]

DIMENSION = 384
SAMPLES = 400
PAGES = 128
ROWS = 75
GRAPH_HEADS = 12_000
FILE_BYTES = 256 << 20
SCANNED = 65_536

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Samples of each part. `scan` is of `SCANNED` codes; `read` is one 4 KiB read with nothing else under way."""

    rotate: Samples
    scan: Samples
    pages: Samples
    rows: Samples
    graph: Samples
    read: Samples


def measure(scratch: Path) -> Parts:
    """Measure on random vectors, and reads from a scratch file past the page cache."""
    faiss.omp_set_num_threads(1)
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((GRAPH_HEADS, DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rotation = np.linalg.qr(rng.standard_normal((DIMENSION, DIMENSION)))[0].astype(np.float32)
    query = vectors[:1]
    graph = HeadGraph.over(vectors, SpannOptions(graph_build_width=40))
    return Parts(
        rotate=_timed(lambda: rotation @ query[0]),
        scan=_scan_of(vectors, SCANNED, found=PAGES),
        pages=_scan_of(vectors, PAGES * 64, found=100),
        rows=_rows(vectors, query),
        graph=_timed(lambda: graph.nearest(query, 64)),
        read=_reads(scratch, rng),
    )


def _timed(work: Callable[[], object], times: int = SAMPLES) -> Samples:
    work()
    took = np.empty(times)
    for number in range(times):
        started = time.perf_counter()
        work()
        took[number] = time.perf_counter() - started
    return took


def _scan_of(vectors: NDArray[np.float32], codes: int, *, found: int) -> Samples:
    """Time a fast-scan over so many codes of 64 bytes."""
    index = faiss.IndexPQFastScan(DIMENSION, 128, 4, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.niter = 2
    index.train(vectors[:4096])
    index.add(np.resize(vectors, (codes, DIMENSION)))
    return _timed(lambda: index.search(vectors[:1], found))


def _rows(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> Samples:
    index = faiss.IndexScalarQuantizer(DIMENSION, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(vectors[:ROWS])
    return _timed(lambda: index.search(query, 10))


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
        return _timed(lambda: os.preadv(handle, [page], next(offsets)))
    finally:
        os.close(handle)
        path.unlink()
