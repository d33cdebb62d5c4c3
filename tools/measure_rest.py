"""Measure what REST adds to a call: a server process on loopback against the same service in-process.

Run: python tools/measure_rest.py [--notes 2000] [--rounds 400] [--storage sqlite]
Prints p50 and p95 in milliseconds, client included; the difference of the medians is the overhead.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from memsvc.api import bind, configure_logging, create_app, serve
from memsvc.app import App, build
from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.recall import RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.settings import Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_stores.memory import MemoryStorage

SCOPE = Scope.of("local", "bench")
BASE = "/v1/namespaces/bench"


def filled(folder: str, storage: str, notes: int) -> tuple[App, NoteId]:
    """Return a service that holds so many notes, and one of them."""
    parts = build(
        Settings(data_dir=Path(folder)),
        storage=MemoryStorage() if storage == "memory" else None,
        embedder=HashingEmbedder(),
    )
    items = [NewItem(f"note {i}: the {i % 97} th kind of tea is drunk in city {i}") for i in range(notes)]
    first = parts.service.remember(SCOPE, items, actor=Actor("local")).outcomes[0].note
    assert first is not None
    return parts, first


def serve_filled(folder: str, storage: str, notes: int, answer: Connection) -> None:
    """Serve in this process; its log goes where a supervisor would read it, here to nothing."""
    parts, note = filled(folder, storage, notes)
    configure_logging("info")
    listener = bind("127.0.0.1", 0)
    answer.send((f"http://127.0.0.1:{listener.getsockname()[1]}", note))
    serve(create_app(parts.service, parts.storage, parts.settings), parts.settings, listener=listener)


@contextmanager
def serving(storage: str, notes: int) -> Iterator[tuple[str, NoteId]]:
    """Start a server process and yield its address and the id of a note."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        server = context.Process(target=serve_filled, args=(folder, storage, notes, theirs))
        server.start()
        try:
            yield mine.recv()
        finally:
            server.terminate()
            server.join()


def timed(actions: Sequence[Callable[[int], object]], rounds: int) -> list[tuple[float, float]]:
    """Return p50 and p95 in ms of each, taken in turns so that a busy machine slows both alike.

    A tenth of the rounds goes before as warm-up.
    """
    taken: list[list[float]] = [[] for _ in actions]
    for i in range(-rounds // 10, rounds):
        for action, times in zip(actions, taken, strict=True):
            began = time.perf_counter()
            action(i)
            times.append((time.perf_counter() - began) * 1000)
    return [(statistics.median(t[-rounds:]), statistics.quantiles(t[-rounds:], n=20)[18]) for t in taken]


def in_process(parts: App, note: NoteId) -> dict[str, Callable[[int], object]]:
    service = parts.service
    return {
        "livez": lambda _: None,
        "get note": lambda _: service.note(SCOPE, note),
        "recall k=10": lambda i: service.recall(SCOPE, RecallQuery(f"tea in city {i % 7}")),
        "add one": lambda i: service.remember(SCOPE, [NewItem(f"item {i} likes tea")], actor=Actor("local")),
    }


def over_rest(client: httpx.Client, note: NoteId) -> dict[str, Callable[[int], object]]:
    def post(path: str, body: dict[str, object]) -> None:
        client.post(f"{BASE}/{path}", json=body).raise_for_status()

    return {
        "livez": lambda _: client.get("/livez").raise_for_status(),
        "get note": lambda _: client.get(f"{BASE}/notes/{note}").raise_for_status(),
        "recall k=10": lambda i: post("recall", {"query": f"tea in city {i % 7}"}),
        "add one": lambda i: post("notes", {"items": [{"content": f"item {i} likes tea"}]}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--storage", choices=("sqlite", "memory"), default="sqlite")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(chosen.storage, chosen.notes) as (url, remote_note),
        httpx.Client(base_url=url) as client,
    ):
        parts, note = filled(folder, chosen.storage, chosen.notes)
        outside = over_rest(client, remote_note)
        for name, inside in in_process(parts, note).items():
            (p50, p95), (rest50, rest95) = timed((inside, outside[name]), chosen.rounds)
            figures = f"in-process p50 {p50:6.2f} p95 {p95:6.2f} | REST p50 {rest50:6.2f} p95 {rest95:6.2f}"
            print(f"{name:12} {figures} | overhead p50 {rest50 - p50:6.2f} ms")
        parts.close()


if __name__ == "__main__":
    main()
