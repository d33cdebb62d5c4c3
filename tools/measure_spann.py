"""Measure the classic SPANN index on a folder with x_f16.npy, q_f16.npy and gt20.npy.

Run from the repository root, with the index's folder to make or to use again:
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=.:stores python tools/measure_spann.py DATA INDEX \
    [--ratio 0.12] [--storage float16] [--eps1 10] [--replicas 8] [--lists 16 32] [--eps2 .2 | --max-dist-ratio 8]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from memsvc_stores.vectors.spann import SpannIndex, SpannOptions, build_spann
from memsvc_stores.vectors.spann.source import Ids, Matrix

K = 10
COLD_QUERIES = 100


def anonymous_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1])


def read_bytes() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("read_bytes")).split()[1])


def build(data: Path, index: Path, options: SpannOptions) -> None:
    """Build and say what it cost; meant for a process of its own."""
    vectors = np.load(data / "x_f16.npy", mmap_mode="r")
    started = time.process_time()
    build_spann(index, vectors, options)
    print(json.dumps({"build_cpu_s": round(time.process_time() - started, 1), "vectors": vectors.shape[0]}))


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question is asked."""

    lists: int
    eps2: float | None
    max_dist_ratio: float | None


def warm(index: SpannIndex, queries: Matrix, truth: Ids, asked: Asked) -> dict[str, float]:
    """Ask every question; recall@10, microseconds and lists read."""
    hits, took, lists = 0, [], 0
    how = {"eps2": asked.eps2, "max_dist_ratio": asked.max_dist_ratio}
    for query, true in zip(queries, truth, strict=True):
        started = time.perf_counter()
        ids, _ = index.search(query, K, lists=asked.lists, **how)
        took.append(time.perf_counter() - started)
        hits += int(np.isin(ids, true[:K]).sum())
        lists += len(index.probed(query, lists=asked.lists, **how))
    p50, p99 = (round(1e6 * float(value)) for value in np.quantile(took, [0.5, 0.99]))
    read = round(lists / len(queries), 1)
    return {"recall@10": round(hits / K / len(queries), 4), "p50_us": p50, "p99_us": p99, "lists_read": read}


def cold(folder: Path, queries: Matrix, lists: int) -> dict[str, float]:
    """Ask with the postings out of the page cache; the heads stay in memory."""
    handle = os.open(folder / "postings.spann", os.O_RDONLY)
    took, read = [], []
    with SpannIndex(folder) as index:
        for query in queries[:COLD_QUERIES]:
            index.evict()
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            before, started = read_bytes(), time.perf_counter()
            index.search(query, K, lists=lists)
            took.append(time.perf_counter() - started)
            read.append(read_bytes() - before)
    os.close(handle)
    return {"cold_p50_us": round(1e6 * float(np.median(took))), "cold_kb": round(float(np.median(read)) / 1024)}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--ratio", type=float, default=0.12)
    parser.add_argument("--storage", choices=["float32", "float16", "int8"], default="float16")
    parser.add_argument("--eps1", type=float, default=10.0)
    parser.add_argument("--replicas", type=int, default=8)
    parser.add_argument("--lists", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--eps2", type=float)
    parser.add_argument("--max-dist-ratio", type=float)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    if not (given.index / "postings.spann").exists():
        options = SpannOptions(
            ratio=given.ratio, storage=given.storage, eps1=given.eps1, replica_count=given.replicas
        )
        builder = multiprocessing.get_context("spawn").Process(
            target=build, args=(given.data, given.index, options)
        )
        builder.start()
        builder.join()
    queries = np.load(given.data / "q_f16.npy").astype(np.float32)
    truth = np.load(given.data / "gt20.npy")
    import faiss  # noqa: F401  # its memory is no part of the index

    before = anonymous_kb()
    with SpannIndex(given.index) as index:
        index.search(queries[0], K, lists=max(given.lists))
        print(json.dumps({"anonymous_mb": round((anonymous_kb() - before) / 1024, 1), **index.stats()}))
        for lists in given.lists:
            asked = Asked(lists, given.eps2, given.max_dist_ratio)
            print(json.dumps({"lists": lists, **warm(index, queries, truth, asked)}))
    for lists in given.lists:
        print(json.dumps({"lists": lists, **cold(given.index, queries, lists)}))


if __name__ == "__main__":
    main()
