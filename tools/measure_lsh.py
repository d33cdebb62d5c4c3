"""Measure the hash tables that find candidates to merge: hashing, putting, looking up.

    python tools/measure_lsh.py [notes] [folder]

It fills a SQLite database with that many thoughts (100,000) whose vectors (384 dimensions) lie in clusters, and
prints p50 and p99 in milliseconds.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId, uuid7
from memsvc.domain.notes import Kind, Origin
from memsvc.domain.scope import Scope
from memsvc.ports.embedding import Model
from memsvc.ports.hashing import Epoch, LshParameters, Purpose
from memsvc_stores.lsh import CrossPolytope
from memsvc_stores.sql import SqlStorage, open_storage

SCOPE = Scope.of("local", "measured")
MODEL = Model("measured", 384, 256)
PARAMETERS = LshParameters(384, 64, hashes=2, tables=16)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH, ASKED = 5000, 500
# As many thoughts of one cluster as there are turns of one topic, at cosines of about .6.
PER_CLUSTER, SPREAD = 50, 0.8


def vectors(count: int) -> NDArray[np.float32]:
    random = np.random.default_rng(3)
    centres = random.standard_normal((-(-count // PER_CLUSTER), MODEL.dimension))
    points = np.repeat(centres, PER_CLUSTER, axis=0)[:count]
    points += SPREAD * random.standard_normal(points.shape)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points.astype(np.float32)


def thought(number: int) -> NoteDraft:
    content = f"thought number {number}"
    digest = hashlib.sha256(content.encode()).hexdigest()
    return NoteDraft(
        id=NoteId(uuid7(int(NOW.timestamp() * 1000), number)),
        kind=Kind.THOUGHT,
        content=content,
        content_hash=digest,
        dedupe=digest,
        event_time=NOW,
        ingest_time=NOW,
        origin=Origin.DIRECT_USER,
        trust=1.0,
        keys=(),
    )


def filled(storage: SqlStorage, points: NDArray[np.float32]) -> tuple[Epoch, list[int]]:
    hashing, rows = CrossPolytope(), []
    for start in range(0, len(points), BATCH):
        with storage.writer(SCOPE) as writer:
            writer.open_namespace(MODEL, NOW)
            batch = points[start : start + BATCH]
            added = writer.add([thought(start + at) for at in range(len(batch))], actor="measured")
            its = [each.row for each in added if each.row is not None]
            epoch = writer.buckets.open(Purpose.CANDIDATES, PARAMETERS, hashing=hashing, at=NOW)
            writer.buckets.put(epoch, its, hashing.codes(epoch, batch))
            rows += its
    with storage.writer(SCOPE) as writer:
        writer.buckets.enforce(epoch)
    return epoch, rows


def report(name: str, call: Callable[[int], object], asked: NDArray[np.int64]) -> None:
    taken = []
    for number in asked.tolist():
        began = time.perf_counter()
        call(number)
        taken.append((time.perf_counter() - began) * 1000)
    p50, p99 = np.percentile(taken, [50, 99])
    print(f"{name:<28} p50 {p50:7.3f} ms   p99 {p99:7.3f} ms")


def measure(storage: SqlStorage, epoch: Epoch, rows: list[int], points: NDArray[np.float32]) -> None:
    hashing = CrossPolytope()
    asked = np.random.default_rng(4).choice(len(points), min(ASKED, len(points)), replace=False)
    report("codes of one vector", lambda at: hashing.codes(epoch, points[at : at + 1]), asked)
    codes = hashing.codes(epoch, points[asked])
    by_note = dict(zip(asked.tolist(), codes, strict=True))
    with storage.reader(SCOPE) as reader:
        found = []
        report(
            "members, one probe",
            lambda at: found.append(len(reader.buckets.members(epoch, by_note[at][:, None]))),
            asked,
        )
        print(f"{'candidates found':<28} p50 {np.median(found):7.0f}      of {len(points)}")
    with storage.reader(SCOPE) as reader:
        report("epoch in force", lambda _: reader.buckets.epoch(Purpose.CANDIDATES), asked)
    with storage.writer(SCOPE) as writer:
        report("put of one note", lambda at: writer.buckets.put(epoch, [rows[at]], by_note[at][None]), asked)


@contextmanager
def folder(given: list[str]) -> Iterator[Path]:
    if given:
        yield Path(given[0])
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with folder(sys.argv[2:]) as path:
        storage = open_storage(f"sqlite:///{path / 'measured.db'}")
        points = vectors(count)
        began = time.perf_counter()
        epoch, rows = filled(storage, points)
        print(f"{count} thoughts stored and hashed in {time.perf_counter() - began:.1f} s")
        measure(storage, epoch, rows, points)
        storage.close()


if __name__ == "__main__":
    main()
