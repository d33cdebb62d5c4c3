"""The job queue of a MemoryStorage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from memsvc.domain.ids import JobId, TenantId
from memsvc.domain.jobs import Job, JobStatus, NewJob
from memsvc.domain.scope import Scope
from memsvc.ports.clock import Clock

__all__ = ["MemoryJobs"]


@dataclass(frozen=True, slots=True)
class _Entry:
    job: Job
    dedupe: str
    ended_at: datetime | None = None


class MemoryJobs:
    """Jobs in the order in which they were queued, behind one lock."""

    def __init__(self, *, clock: Clock, new_id: Callable[[], JobId]) -> None:
        self._clock = clock
        self._new_id = new_id
        self._lock = Lock()
        self._entries: dict[JobId, _Entry] = {}

    def enqueue(self, scope: Scope, job: NewJob, at: datetime) -> None:
        """Queue a job unless one with the same `dedupe` waits in the scope."""
        with self._lock:
            if any(self._waits(entry, scope, job.dedupe) for entry in self._entries.values()):
                return
            queued = Job(
                id=self._new_id(),
                tenant=scope.tenant,
                namespace=scope.namespace,
                kind=job.kind,
                status=JobStatus.QUEUED,
                attempts=0,
                run_after=job.run_after or at,
                created_at=at,
                payload=job.payload,
            )
            self._entries[queued.id] = _Entry(queued, job.dedupe)

    def lease(self, *, kinds: Sequence[str], seconds: float, now: datetime) -> Job | None:
        with self._lock:
            due = [e.job for e in self._entries.values() if e.job.kind in kinds and _is_due(e.job, now)]
            if not due:
                return None
            oldest = min(due, key=lambda job: job.run_after)
            return self._put(
                replace(
                    oldest,
                    status=JobStatus.RUNNING,
                    attempts=oldest.attempts + 1,
                    lease_until=now + timedelta(seconds=seconds),
                )
            )

    def renew(self, job: JobId, *, seconds: float, now: datetime) -> bool:
        with self._lock:
            held = self._running(job)
            if held is None or held.lease_until is None or held.lease_until <= now:
                return False
            self._put(replace(held, lease_until=now + timedelta(seconds=seconds)))
            return True

    def finish(self, job: JobId, *, now: datetime) -> None:
        with self._lock:
            held = self._running(job)
            if held is not None:
                self._put(replace(held, status=JobStatus.DONE, lease_until=None, error=None), ended_at=now)

    def fail(self, job: JobId, error: str, *, retry_at: datetime | None, now: datetime) -> None:
        with self._lock:
            held = self._running(job)
            if held is None:
                return
            released = replace(held, lease_until=None, error=error)
            if retry_at is None:
                self._put(replace(released, status=JobStatus.FAILED), ended_at=now)
            else:
                self._put(replace(released, status=JobStatus.QUEUED, run_after=retry_at))

    def cancel(self, job: JobId, tenant: TenantId) -> bool:
        with self._lock:
            entry = self._entries.get(job)
            if entry is None or entry.job.tenant != tenant:
                return False
            if entry.job.status not in (JobStatus.QUEUED, JobStatus.RUNNING):
                return False
            cancelled = replace(entry.job, status=JobStatus.CANCELLED, lease_until=None)
            self._put(cancelled, ended_at=self._clock())
            return True

    def list(self, tenant: TenantId, *, status: JobStatus | None, limit: int) -> list[Job]:
        with self._lock:
            found = [e.job for e in self._entries.values() if e.job.tenant == tenant]
        return [job for job in reversed(found) if status in (None, job.status)][:limit]

    def prune(self, *, before: datetime) -> int:
        with self._lock:
            ended = [job for job, entry in self._entries.items() if _ended_before(entry, before)]
            for job in ended:
                del self._entries[job]
            return len(ended)

    def _running(self, job: JobId) -> Job | None:
        entry = self._entries.get(job)
        return entry.job if entry is not None and entry.job.status is JobStatus.RUNNING else None

    def _put(self, job: Job, *, ended_at: datetime | None = None) -> Job:
        self._entries[job.id] = replace(self._entries[job.id], job=job, ended_at=ended_at)
        return job

    def _waits(self, entry: _Entry, scope: Scope, dedupe: str) -> bool:
        job = entry.job
        same_scope = job.tenant == scope.tenant and job.namespace == scope.namespace
        return same_scope and entry.dedupe == dedupe and job.status is JobStatus.QUEUED


def _is_due(job: Job, now: datetime) -> bool:
    if job.status is JobStatus.RUNNING:
        return job.lease_until is not None and job.lease_until <= now
    return job.status is JobStatus.QUEUED and job.run_after <= now


def _ended_before(entry: _Entry, before: datetime) -> bool:
    finished = entry.job.status in (JobStatus.DONE, JobStatus.CANCELLED)
    return finished and entry.ended_at is not None and entry.ended_at < before
