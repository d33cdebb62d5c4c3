"""The worker's side of the protocol of `system`: one system behind JSON lines on stdin and stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.resources import PeakAnon, evict, held, read_bytes
from memsvc_evals.ann.system import AnnSystem
from memsvc_evals.answering import answer_requests, claim_stdout

__all__ = ["serve"]

_NOTHING = -1
_QUERIES = "q_f16.npy"
_OPERATIONS = ("build", "open", "search", "cold", "cold_open", "drive", "stats")


class _Session:
    """The requests of one process, in order."""

    def __init__(self, system: AnnSystem, dataset: Path, make: Callable[[], AnnSystem]) -> None:
        self._system = system
        self._dataset = dataset
        self._make = make
        self._folder = dataset
        self._asked: dict[str, NDArray[np.float32]] = {}
        self._queries(_QUERIES)
        self._baseline = held()

    def _queries(self, file: str) -> NDArray[np.float32]:
        if file not in self._asked:
            self._asked[file] = np.load(self._dataset / file).astype(np.float32)
        return self._asked[file]

    def build(self, request: dict[str, Any]) -> dict[str, Any]:
        vectors = np.load(self._dataset / "x_f16.npy", mmap_mode="r")
        if not getattr(self._system, "takes_file", False):
            vectors = vectors.astype(np.float32)
        folder = Path(request["folder"])
        with PeakAnon() as peak:
            wall, cpu = time.perf_counter(), time.process_time()
            self._system.build(vectors, folder)
            took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        files = (path for path in folder.rglob("*") if path.is_file())
        # Blocks and not lengths: files may have holes.
        disk = sum(512 * path.stat().st_blocks for path in files)
        return {**took, "disk_bytes": disk, "peak_bytes": peak.bytes - self._baseline.anon}

    def open(self, request: dict[str, Any]) -> dict[str, Any]:
        self._folder = Path(request["folder"])
        wall, cpu = time.perf_counter(), time.process_time()
        self._system.open(self._folder)
        return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}

    def search(self, request: dict[str, Any]) -> dict[str, Any]:
        k, search = request["k"], self._system.search
        self._system.tune(request["params"])
        known = self._queries(request.get("file", _QUERIES))
        queries = [known[number] for number in request["queries"]]
        clock, cpu = time.perf_counter, time.process_time()
        found, times = [], []
        for query in queries:
            start = clock()
            ids = search(query, k)
            times.append(clock() - start)
            found.append(ids)
        cpu = time.process_time() - cpu
        return {"ids": [_padded(ids, k) for ids in found], "us": [1e6 * t for t in times], "cpu": cpu}

    def cold(self, request: dict[str, Any]) -> dict[str, Any]:
        self._system.tune(request["params"])
        # Whatever is opened at the first search is not part of a later one.
        self._system.search(self._queries(_QUERIES)[0], request["k"])
        return self._cold(request, lambda query, k: self._system.search(query, k), lambda: None)

    def cold_open(self, request: dict[str, Any]) -> dict[str, Any]:
        self._folder = Path(request["folder"])

        def once(query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
            self._system.open(self._folder)
            self._system.tune(request["params"])
            return self._system.search(query, k)

        def renew() -> None:
            self._system.close()
            self._system = self._make()

        return self._cold(request, once, renew)

    def _cold(
        self,
        request: dict[str, Any],
        search: Callable[[NDArray[np.float32], int], NDArray[np.int64]],
        after: Callable[[], None],
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {"ids": [], "us": [], "read_bytes": [], "cpu": 0.0}
        queries = self._queries(_QUERIES)
        for number in request["queries"]:
            evict(self._folder)
            before, cpu, start = read_bytes(), time.process_time(), time.perf_counter()
            ids = search(queries[number], request["k"])
            took = time.perf_counter() - start
            answer["cpu"] += time.process_time() - cpu
            answer["us"].append(1e6 * took)
            answer["read_bytes"].append(read_bytes() - before)
            answer["ids"].append(_padded(ids, request["k"]))
            after()
        return answer

    def drive(self, request: dict[str, Any]) -> dict[str, Any]:
        self._system.tune(request["params"])
        queries, k = self._queries(_QUERIES), request["k"]
        count, end = 0, time.perf_counter() + request["seconds"]
        while time.perf_counter() < end:
            self._system.search(queries[count % len(queries)], k)
            count += 1
        return {"count": count}

    def stats(self, _: dict[str, Any]) -> dict[str, Any]:
        now = held()
        return {
            "anon_bytes": now.anon - self._baseline.anon,
            "file_bytes": now.file - self._baseline.file,
            "read_bytes": read_bytes(),
        }

    def close(self) -> None:
        self._system.close()


def serve(make: Callable[[str], AnnSystem]) -> None:
    """Answer requests until stdin ends, then close the system."""
    answers = claim_stdout()
    dataset, argument = Path(sys.argv[1]), sys.argv[2]
    session = _Session(make(argument), dataset, lambda: make(argument))
    actions = {name: getattr(session, name) for name in _OPERATIONS}
    try:
        answer_requests(answers, lambda request: actions[request["op"]](request))
    finally:
        session.close()


def _padded(ids: NDArray[np.int64], k: int) -> list[int]:
    found: list[int] = np.asarray(ids, np.int64)[:k].tolist()
    return found + [_NOTHING] * (k - len(found))
