"""What a case works with, and what several of them do."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows, VectorIndex
from memsvc_evals.ann.ours.source import JournalSource
from memsvc_evals.ann.searching import K
from memsvc_evals.ann.truth import exact_top, recall

__all__ = ["Context", "index_recall", "interleaved", "median_ratio"]

Array16 = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Context:
    """`vectors` and `queries` of the dataset, an empty folder on a real disk, and how much to measure.

    `notes` is how many notes a case changes one by one, `namespaces` how many small ones it makes.
    """

    vectors: Array16
    queries: Array16
    folder: Path
    rounds: int = 7
    notes: int = 20_000
    namespaces: int = 10_000
    seconds: float = 3.0
    seed: int = 23

    def rng(self) -> random.Random:
        return random.Random(self.seed)


def index_recall(index: VectorIndex, source: JournalSource, queries: Array16, living: Rows) -> float:
    """Return recall@10 of the index against a scan of the living notes."""
    rows = source.matrix(living).astype(np.float16)
    best = exact_top(rows, queries, min(K, len(living)))
    state = source.state()
    found = [
        np.searchsorted(
            living, index.search(source, state, query.astype(np.float32), k=K, allowed=None).rows
        ).tolist()
        for query in queries
    ]
    return float(recall(found, best, K, vectors=rows, queries=queries).mean())


def interleaved(
    systems: Mapping[str, Callable[[NDArray[np.float32]], object]],
    queries: Array16,
    *,
    rounds: int,
    block: int,
    rng: random.Random,
) -> dict[str, list[float]]:
    """Return each system's median microseconds of every round; in a round all have the same block of queries."""
    medians: dict[str, list[float]] = {name: [] for name in systems}
    for number in range(rounds):
        asked = [queries[(number * block + i) % len(queries)].astype(np.float32) for i in range(block)]
        for name in rng.sample(list(systems), len(systems)):
            medians[name].append(_median(systems[name], asked))
    return medians


def _median(search: Callable[[NDArray[np.float32]], object], asked: Sequence[NDArray[np.float32]]) -> float:
    times = []
    for query in asked:
        start = time.perf_counter()
        search(query)
        times.append(time.perf_counter() - start)
    return 1e6 * float(np.median(times))


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return float(np.median(np.asarray(ours) / np.asarray(theirs)))
