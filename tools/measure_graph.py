"""Measure what links cost a recall: reading a neighbourhood, walking over it, and the stage as a whole.

    python tools/measure_graph.py [--notes 100000] [--links 500000] [--questions 300]

A SQLite store of made-up notes is filled first, half of its links between notes that are near in time. Each
question has 200 candidates, of which the 20 best are followed as the default recall does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from sqlalchemy import create_engine, insert

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1] / part) for part in ("", "stores", "retrieval", "agents", "evals")
]

from memsvc.domain.links import LinkType
from memsvc.domain.scope import Scope
from memsvc.domain.time import from_microseconds
from memsvc.ports.embedding import Model
from memsvc.ports.storage import Reader
from memsvc_retrieval.graph.expansion import LinkUse, expand
from memsvc_retrieval.graph.neighbourhood import gather
from memsvc_retrieval.graph.pagerank import personalised_pagerank
from memsvc_stores.sql import open_storage
from memsvc_stores.sql.derived_tables import links
from memsvc_stores.sql.tables import notes

_SCOPE = Scope.of("tools", "graph")
_CANDIDATES = 200
_BATCH = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--links", type=int, default=500_000)
    parser.add_argument("--questions", type=int, default=300)
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="memsvc-graph-") as folder:
        path = Path(folder) / "memsvc.db"
        _fill(path, chosen.notes, chosen.links)
        with closing(open_storage(f"sqlite:///{path}")) as storage, storage.reader(_SCOPE) as reader:
            _measure(reader, chosen.notes, chosen.questions)


def _fill(path: Path, count: int, edges: int) -> None:
    with closing(open_storage(f"sqlite:///{path}")) as storage, storage.writer(_SCOPE) as writer:
        namespace = writer.open_namespace(Model("none", 4, 512), from_microseconds(0)).row
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for batch in _batches(_notes(namespace, count)):
            connection.execute(insert(notes), batch)
        for batch in _batches(_links(namespace, count, edges)):
            connection.execute(insert(links), batch)
    engine.dispose()


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _notes(namespace: int, count: int) -> Iterator[dict[str, Any]]:
    fixed = {
        "namespace_id": namespace,
        "kind": "round",
        "status": "active",
        "version": 1,
        "ingest_time": 0,
        "origin": "direct_user",
        "trust": 1.0,
        "user_words": 60,
        "other_words": 0,
        "metadata": "{}",
        "turns": "[]",
        "content": "what somebody said " * 20,
    }
    for row in range(1, count + 1):
        yield fixed | {
            "row": row,
            "id": f"n{row}",
            "event_time": row,
            "content_hash": str(row),
            "dedupe": str(row),
        }


def _links(namespace: int, count: int, edges: int) -> Iterator[dict[str, Any]]:
    random = np.random.default_rng(7)
    first = random.integers(1, count + 1, edges)
    near = np.clip(first + np.rint(random.normal(0, 200, edges)).astype(np.int64), 1, count)
    second = np.where(random.random(edges) < 0.5, near, random.integers(1, count + 1, edges))
    ends = np.unique(np.sort(np.stack([first, second], axis=1), axis=1), axis=0)
    kept = ends[ends[:, 0] < ends[:, 1]]
    weights = random.uniform(0.05, 1.0, len(kept))
    for (low, high), weight in zip(kept.tolist(), weights.tolist(), strict=True):
        yield {
            "namespace_id": namespace,
            "low_row": low,
            "high_row": high,
            "type": LinkType.ENTITY.value,
            "weight": weight,
            "method": "rules",
            "at": 0,
            "actor": "tools",
        }


def _measure(reader: Reader, count: int, questions: int) -> None:
    random, use = np.random.default_rng(8), LinkUse()
    times: dict[str, list[float]] = {"read the neighbourhood": [], "walk": [], "the stage as a whole": []}
    nodes, edges = [], []
    for _ in range(questions):
        rows = np.unique(random.integers(1, count + 1, _CANDIDATES))
        scores = random.random(len(rows))
        best = rows[np.argsort(-scores)[: use.seeds]]
        around, took = _timed(partial(gather, reader.links, best, types=use.types, reach=use.reach))
        times["read the neighbourhood"].append(took)
        starts = np.isin(around.nodes, best).astype(np.float64)
        walk = partial(personalised_pagerank, around.nodes, around.edges, starts, alpha=use.alpha)
        times["walk"].append(_timed(walk)[1])
        times["the stage as a whole"].append(_timed(partial(expand, rows, scores, reader.links, use))[1])
        nodes.append(len(around.nodes))
        edges.append(len(around.edges.low))
    print(f"{count} notes; around 20 seeds {np.mean(nodes):.0f} notes and {np.mean(edges):.0f} links")
    for name, found in times.items():
        p50, p95 = np.percentile(found[1:], [50, 95])
        print(f"{name}: p50 {p50:.2f} ms, p95 {p95:.2f} ms")


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    start = perf_counter()
    found = call()
    return found, 1000 * (perf_counter() - start)


if __name__ == "__main__":
    main()
