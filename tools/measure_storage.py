"""Measure the SQL store: microseconds per operation, one line each.

Usage: python tools/measure_storage.py [URL] [--notes N]
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.filters import parse_filter
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Key, KeyKind, Kind, Origin
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.ports.embedding import Model
from memsvc_stores.sql import SqlStorage, open_storage

SCOPE = Scope.of("local", "bench")
MODEL = Model("bench", 384, 256)
START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = "the quick brown fox jumps over lazy dogs while rain falls on green hills near quiet rivers".split()  # noqa: SIM905


def draft(number: int) -> NoteDraft:
    text = " ".join(WORDS[(number * 7 + i * (1 + number % 5)) % len(WORDS)] for i in range(30)) + f" n{number}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return NoteDraft(
        id=NoteId(f"note-{number}"),
        kind=Kind.FACT,
        content=text,
        content_hash=digest,
        dedupe=digest,
        event_time=START + timedelta(minutes=number),
        ingest_time=START,
        origin=Origin.DIRECT_USER,
        trust=1.0,
        keys=(Key(KeyKind.CONTENT, digest, 0, len(text)),),
        metadata={"topic": WORDS[number % 10], "n": number},
    )


def store(storage: SqlStorage, drafts: list[NoteDraft]) -> None:
    generator = np.random.default_rng(len(drafts))
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, START)
        vectors = generator.standard_normal((len(drafts), MODEL.dimension), np.float32)
        writer.vectors.put_many(MODEL, {d.keys[0].text_hash: v for d, v in zip(drafts, vectors, strict=True)})
        writer.add(drafts, actor="bench")


def timed(name: str, call: Callable[[int], object], *, times: int, per: int = 1) -> None:
    spent = []
    for number in range(times):
        begun = time.perf_counter()
        call(number)
        spent.append((time.perf_counter() - begun) * 1e6 / per)
    ordered = sorted(spent)
    print(f"{name:44} p50 {statistics.median(ordered):9.1f} us   p95 {ordered[int(times * 0.95)]:9.1f} us")


def measure(storage: SqlStorage, notes: int) -> None:
    bulk = [draft(number) for number in range(notes)]
    batches = [bulk[start : start + 100] for start in range(0, notes, 100)]
    timed("bulk add, per note (batches of 100)", lambda n: store(storage, batches[n]), times=len(batches), per=100)
    timed("single add with commit", lambda n: store(storage, [draft(notes + n)]), times=300)
    choose = np.random.default_rng(1)
    tagged = Selection(condition=parse_filter({"field": "metadata.topic", "op": "eq", "value": "fox"}))

    def state_and_ten(_: int) -> None:
        with storage.reader(SCOPE) as reader:
            assert reader.state is not None
            reader.notes_by_row(choose.integers(1, notes, 10).tolist())

    def read(call: Callable[..., object]) -> Callable[[int], None]:
        def run(_: int) -> None:
            with storage.reader(SCOPE) as reader:
                call(reader)

        return run

    timed("read: state", read(lambda reader: reader.state), times=1000)
    timed("read: state + 10 notes by row", state_and_ten, times=1000)
    timed("read: lexical, 3 words", read(lambda r: r.lexical("green fox hills", limit=50, allowed=None)), times=50)
    timed("read: rows by metadata filter", read(lambda r: r.matching_rows(tagged)), times=50)
    timed("read: vector_delta(0)", read(lambda r: r.vector_delta(0)), times=5)
    timed("read: vector_delta(last - 10)", read(lambda r: r.vector_delta(r.state.last_sequence - 10)), times=300)
    timed("purge one note with commit", lambda n: purge(storage, n), times=100)


def purge(storage: SqlStorage, number: int) -> None:
    with storage.writer(SCOPE) as writer:
        writer.purge([NoteId(f"note-{number}")], at=START, actor="bench")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--notes", type=int, default=5000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        storage = open_storage(arguments.url or f"sqlite:///{folder}/m.db")
        measure(storage, arguments.notes)
        storage.close()


if __name__ == "__main__":
    main()
