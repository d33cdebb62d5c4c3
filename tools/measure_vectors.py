"""Time the vector index: searches and single adds by namespace size, on random unit vectors.

Run from the repository root: OMP_NUM_THREADS=1 PYTHONPATH=.:stores python tools/measure_vectors.py
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from memsvc.ports.embedding import Matrix, Model
from memsvc.ports.ranking import NamespaceState, Rows, VectorDelta
from memsvc_stores.vectors.tiered import TieredVectorIndex

MODEL = Model("random-384", 384, 256)
SIZES = (200, 2_000, 20_000, 100_000)
TOP = 10


class Notes:
    """A source with one key per note, `size` of them, of which the last ones are new."""

    def __init__(self, matrix: Matrix, size: int) -> None:
        self.matrix = matrix
        self.size = size

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        upto = self.size if limit is None else min(self.size, after_sequence + limit)
        rows = np.arange(after_sequence + 1, upto + 1, dtype=np.int64)
        shown = dict.fromkeys(rows.tolist(), True)
        return VectorDelta(upto, shown, [], rows, self.matrix[after_sequence:upto])

    def state(self, row: int) -> NamespaceState:
        return NamespaceState(row, self.size, MODEL)


def p50(work: Callable[[int], object], rounds: int) -> float:
    """Return the median time of a call in microseconds, after a few warm-up calls."""
    times = []
    for turn in range(rounds + 3):
        start = time.perf_counter()
        work(turn)
        times.append(time.perf_counter() - start)
    return statistics.median(times[3:]) * 1e6


def measure(index: TieredVectorIndex, matrix: Matrix, size: int, queries: Matrix) -> list[float]:
    """Return p50 in microseconds: first search, search in RAM, filtered, one add, saved search, reopening."""
    rounds = 400 if size <= 2_000 else 60
    notes = Notes(matrix, size)
    row = size

    def search(turn: int, allowed: Rows | None = None) -> None:
        index.search(notes, notes.state(row), queries[turn % len(queries)], k=TOP, allowed=allowed)

    def add(_: int) -> None:
        notes.size += 1
        index.stats(notes, notes.state(row))

    def reopen(turn: int) -> None:
        index.close()
        search(turn)

    first = p50(reopen, 3)
    in_memory = p50(search, rounds)
    one_percent = np.sort(np.random.default_rng(1).choice(size, max(60, size // 100), replace=False)) + 1
    filtered = p50(lambda turn: search(turn, one_percent), rounds)
    added = p50(add, 200)
    index.save(notes, notes.state(row))
    mapped = p50(search, rounds)
    return [first, in_memory, filtered, added, mapped, p50(reopen, 3)]


def main() -> None:
    generator = np.random.default_rng(0)
    matrix = generator.standard_normal((SIZES[-1] + 1_000, MODEL.dimension), dtype=np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    queries = matrix[generator.integers(0, 200, 64)]
    names = ("load", "search", "1% allowed", "add", "saved search", "reopen")
    print(f"p50 in microseconds, {MODEL.dimension} dimensions, k = {TOP}")
    print(f"{'notes':>8}" + "".join(f"{name:>14}" for name in names))
    for size in SIZES:
        with tempfile.TemporaryDirectory() as directory:
            index = TieredVectorIndex(Path(directory), memory_bytes=1 << 30)
            figures = measure(index, matrix, size, queries)
        print(f"{size:>8}" + "".join(f"{figure:>14.1f}" for figure in figures))


if __name__ == "__main__":
    main()
