"""Blocks of searches, run by a worker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.measured import Point, Samples
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.truth import recall
from memsvc_evals.load.process import Worker

__all__ = ["K", "ask_block", "point_of"]

K = 10
_DEPTHS = (1, 10, 20)


def ask_block(
    worker: Worker,
    queries: Sequence[int],
    params: Params,
    *,
    into: Samples | None = None,
    op: str = "search",
    k: int = K,
    file: str | None = None,
) -> Samples:
    """Search a block of query numbers, one after the other; returns `into` with them added, or new samples."""
    samples = Samples() if into is None else into
    other = {} if file is None else {"file": file}
    answer = worker.ask(op, queries=list(queries), k=k, params=params, **other)
    samples.queries += queries
    samples.found += answer["ids"]
    samples.us += answer["us"]
    samples.read_bytes += answer.get("read_bytes", [])
    samples.cpu_seconds += answer["cpu"]
    return samples


def point_of(params: Params, samples: Samples, data: AnnData, *, k: int = K) -> Point:
    """Return what the samples say of a setting."""
    asked = np.asarray(samples.queries)
    shares = {
        depth: float(
            recall(
                samples.found, data.truth[asked], depth, vectors=data.vectors, queries=data.queries[asked]
            ).mean()
        )
        for depth in _DEPTHS
        if depth <= k
    }
    read = float(np.mean(samples.read_bytes)) / 1024 if samples.read_bytes else 0.0
    return Point(
        params,
        shares,
        len(asked),
        samples.percentile(50),
        samples.percentile(99),
        samples.cpu_us,
        read,
    )
