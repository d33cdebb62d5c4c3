"""Sweeps in the background: queued by the worker's hourly chore, run as jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from memsvc.domain.jobs import SWEEP, NewJob
from memsvc.domain.notes import Json
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import NotFound
from memsvc.memory.context import Context
from memsvc.memory.retention import sweep
from memsvc.memory.retention_plan import Action
from memsvc.ports.jobs import JobContext

__all__ = ["queue_sweeps", "sweep_job"]


def queue_sweeps(context: Context, *, now: datetime) -> None:
    """Queue a sweep of every namespace with a policy that has, or had, something for it to do."""
    for scope in context.storage.directory.scopes():
        with context.storage.reader(scope) as reader:
            wanted = any(version.policy.retention.sweeps for version in reader.policies.history())
        if wanted:
            with context.storage.writer(scope) as writer:
                writer.enqueue(NewJob(SWEEP, dedupe=SWEEP), at=now)


def sweep_job(context: Context, run: JobContext) -> Mapping[str, Json]:
    """Sweep until nothing is left to do; a run that is repeated does what is left. Return how many notes went.

    Of a namespace that was purged meanwhile none do.
    """
    scope = Scope(run.job.tenant, run.job.namespace)
    done: Counter[Action] = Counter()
    more = True
    while more:
        try:
            result = sweep(context, scope, actor=Actor(SWEEP), dry_run=False)
        except NotFound:
            break
        done.update(step.action for step in result.planned)
        more = result.more
        run.progress(done.total())
    return {"forgotten": done[Action.FORGET], "admitted": done[Action.ADMIT]}
