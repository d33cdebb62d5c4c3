"""Measure what the guard adds to a write, without embedding: time and CPU per write.

    OMP_NUM_THREADS=1 python tools/measure_guard.py [--source longmemeval_s.json] [--notes 2000] [--writes 300]

Two services on SQLite in temporary folders (TMPDIR says where), one with the guard and one without, remember the
same rounds: first so many in bulk, then one a request, in turn. What the guard adds is the difference of each
pair of writes. Vectors are made up (HashingEmbedder) and take the same time in both. Without a file the rounds are
put together from the ordinary texts that the guard knows, which it then finds less rare than others.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / each) for each in ("stores", "retrieval", "agents", "evals"))]

import numpy as np

from memsvc.app import App, build
from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.guard.background import background_texts
from memsvc.memory.rounds import split_rounds
from memsvc.settings import GuardSettings, Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_evals.provenance import code_revision, machine
from tools.derived.corpus import from_file

_SCOPE, _ACTOR = Scope.of("measured", "guard"), Actor("key:measure")
_IN_BULK = 50
_DIMENSION = 384


def rounds(source: Path | None) -> Iterator[NewSession]:
    """Yield sessions of one round each, without end."""
    if source is None:
        chance = random.Random(1)
        texts = background_texts()
        while True:
            said = [
                " ".join(chance.sample(texts, count)) for count in (chance.randint(1, 3), chance.randint(3, 12))
            ]
            yield NewSession((NewTurn("user", said[0]), NewTurn("assistant", said[1])))
    for session in from_file(source):
        for each in split_rounds(session.turns, first=0):
            yield NewSession(each.sent)


def write(app: App, sessions: list[NewSession]) -> tuple[float, float]:
    """Return the seconds and the CPU seconds of one request."""
    began, used = time.perf_counter(), time.process_time()
    app.service.remember_sessions(_SCOPE, sessions, actor=_ACTOR)
    return time.perf_counter() - began, time.process_time() - used


def measure(guarded: App, plain: App, source: Iterator[NewSession], *, notes: int, writes: int) -> None:
    for _ in range(0, notes, _IN_BULK):
        batch = list(islice(source, _IN_BULK))
        write(plain, batch)
        write(guarded, batch)
    pairs, lengths = [], []
    for place, session in enumerate(islice(source, writes)):
        lengths.append(sum(len(turn.content) for turn in session.turns))
        order = (guarded, plain) if place % 2 else (plain, guarded)
        taken = {app is guarded: write(app, [session]) for app in order}
        pairs.append((*taken[True], *taken[False]))
    table = 1e3 * np.array(pairs)
    print(f"{notes} notes stored, {writes} writes of {np.median(lengths):.0f} characters (median)")
    for name, values in (
        ("write with the guard", table[:, 0]),
        ("write without", table[:, 2]),
        ("the guard adds", table[:, 0] - table[:, 2]),
        ("the guard adds, CPU", table[:, 1] - table[:, 3]),
    ):
        print(f"  {name:22} p50 {np.percentile(values, 50):6.2f}  p95 {np.percentile(values, 95):6.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, metavar="FILE")
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--writes", type=int, default=300)
    given = parser.parse_args()
    print(f"revision {code_revision()}, {machine()}")
    embedder = HashingEmbedder(_DIMENSION)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        off = Settings(data_dir=Path(two), guard=GuardSettings(level="off"))
        with (
            build(Settings(data_dir=Path(one)), embedder=embedder) as guarded,
            build(off, embedder=embedder) as plain,
        ):
            measure(guarded, plain, rounds(given.source), notes=given.notes, writes=given.writes)


if __name__ == "__main__":
    main()
