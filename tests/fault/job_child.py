"""Workers that kill themselves before their K-th statement or commit: python -m tests.fault.job_child URL RUNS.

They are forked from one process, one after another until one ends by itself, each killed one step later than the
one before; their exit codes are printed as JSON. Each run is an hour after the one before, so leases of the killed
one have run out.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import signal
import sys
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, event

from memsvc.domain.ids import NoteId, uuid7
from memsvc.domain.notes import Json
from memsvc.domain.scope import Scope
from memsvc.jobs.policy import JobPolicy
from memsvc.jobs.runner import Runner, WorkerOptions
from memsvc.ports.jobs import JobContext
from memsvc.ports.storage import Storage
from memsvc_stores.sql import open_storage
from tests.support.drafts import ACTOR, MODEL, T0, draft, put_vectors

KIND = "append"
EFFECTS = 2
_LONGEST_RUN = 60.0


def append(storage: Storage, run: JobContext) -> dict[str, Json]:
    """Store notes that tell the lease, so that a second effect cannot pass for the first, and end with them."""
    job = run.job
    notes = [
        draft(f"{job.payload['name']}/{n} by lease {job.leases}", id=NoteId(uuid7(n, secrets.randbits(74))))
        for n in range(EFFECTS)
    ]
    with storage.writer(Scope(job.tenant, job.namespace)) as writer:
        writer.open_namespace(MODEL, T0)
        put_vectors(writer, notes)
        writer.add(notes, actor=ACTOR)
        writer.finish_job(run.lease, at=T0, result={"made": EFFECTS})
    return {"made": EFFECTS}


def die_at(point: int) -> None:
    """Kill this process before the statement or commit of that number."""
    numbers = count(1)

    def step(*_arguments: Any) -> None:
        if next(numbers) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", step)
    event.listen(Engine, "commit", step)


def work(url: str, run: int, point: int) -> None:
    """Run the jobs that are due, as far as it comes."""
    storage = open_storage(url, create=False)
    die_at(point)
    now = T0 + timedelta(hours=run)
    Runner(
        storage.jobs,
        {KIND: lambda context: append(storage, context)},
        clock=lambda: now,
        options=WorkerOptions(worker=f"run-{run}", policy=JobPolicy(attempts=1000)),
    ).drain()
    storage.close()


def main(url: str, most_runs: int) -> list[int | None]:
    """Return how the workers ended; None for one that hangs."""
    open_storage(url, create=False).close()  # loads what every worker needs, once
    codes: list[int | None] = []
    while len(codes) < most_runs and {0, None}.isdisjoint(codes):
        worker = multiprocessing.get_context("fork").Process(target=work, args=(url, len(codes), len(codes) + 1))
        worker.start()
        worker.join(_LONGEST_RUN)
        codes.append(worker.exitcode)
        worker.kill()
    return codes


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
