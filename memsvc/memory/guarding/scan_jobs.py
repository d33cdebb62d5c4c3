"""Scans in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from memsvc.domain.guarding import Verdict
from memsvc.domain.jobs import GUARD_SCAN, Job, JobStatus, NewJob, Priority
from memsvc.domain.notes import Json
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, NotFound
from memsvc.memory.context import Context
from memsvc.memory.guarding.scanning import scan
from memsvc.memory.look_up import existing_namespace
from memsvc.ports.jobs import JobContext

__all__ = ["queue_scan", "scan_job"]

_JOBS_SEEN: Final = 50


def queue_scan(context: Context, scope: Scope, *, actor: Actor, apply: bool) -> Job:
    """Queue a scan and return its job, or the one that waits already; raises NotFound."""
    kind = f"{GUARD_SCAN}:apply" if apply else GUARD_SCAN
    payload: dict[str, Json] = {"apply": apply, "actor": actor.name}
    with context.storage.writer(scope) as writer:
        existing_namespace(writer)
        now = context.clock()
        writer.enqueue(NewJob(GUARD_SCAN, kind, payload, priority=Priority.LOW), at=now)
    found = context.storage.jobs.list(scope.tenant, limit=_JOBS_SEEN, kind=GUARD_SCAN, namespace=scope.namespace)
    waiting = [job for job in found if job.payload.get("apply") is apply]
    ended = frozenset({JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED})
    for job in sorted(waiting, key=lambda each: each.status in ended):
        return job
    raise Conflict("the scan was queued, and is over and forgotten already; queue it again")


def scan_job(context: Context, run: JobContext) -> Mapping[str, Json] | None:
    """Scan the job's namespace; a run that is repeated does not embed again what an earlier one has kept."""
    scope, payload = Scope(run.job.tenant, run.job.namespace), run.job.payload
    done = 0

    def on_note() -> None:
        nonlocal done
        done += 1
        run.progress(done)

    actor = Actor(str(payload.get("actor", GUARD_SCAN)))
    try:
        report = scan(context, scope, actor=actor, apply=payload.get("apply") is True, on_note=on_note)
    except NotFound:
        return None
    worst = sum(each.assessment.verdict is Verdict.QUARANTINE for each in report.flagged)
    return {
        "notes": report.notes,
        "flagged": len(report.flagged),
        "hijacking": worst,
        "applied": sum(each.applied for each in report.flagged),
        "unexplained": sum(not each.explained for each in report.canaries),
        "degraded": bool(report.degraded),
    }
