"""The job queue of a MemoryStorage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from memsvc.domain.ids import JobId, NamespaceName, TenantId
from memsvc.domain.jobs import ERASE, Job, JobStatus, Lease, NewJob, Progress, checked_result
from memsvc.domain.notes import Json
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, LeaseLost, NotFound
from memsvc_stores.memory.leasing import next_job

__all__ = ["Finish", "MemoryJobs"]


@dataclass(frozen=True, slots=True)
class Finish:
    """A job that a writer ends when it commits."""

    lease: Lease
    at: datetime
    result: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True)
class _Entry:
    job: Job
    dedupe: str


class MemoryJobs:
    """Jobs in the order in which they were queued, behind one lock."""

    def __init__(self, *, new_id: Callable[[], JobId]) -> None:
        self._new_id = new_id
        self._lock = Lock()
        self._row = 0
        self._entries: dict[JobId, _Entry] = {}

    def lease(self, *, kinds: Sequence[str], seconds: float, now: datetime, worker: str = "") -> Job | None:
        with self._lock:
            job = next_job([entry.job for entry in self._entries.values()], kinds, now)
            if job is None:
                return None
            leased = replace(
                job,
                status=JobStatus.RUNNING,
                attempts=job.attempts + 1,
                leases=job.leases + 1,
                started_at=now,
                lease_until=now + timedelta(seconds=seconds),
                worker=worker or None,
                progress=None,
            )
            return self._put(leased)

    def renew(self, lease: Lease, *, seconds: float, now: datetime, progress: Progress | None = None) -> bool:
        with self._lock:
            held = self._held(lease)
            if held is None or held.lease_until is None or held.lease_until <= now:
                return False
            until = now + timedelta(seconds=seconds)
            self._put(replace(held, lease_until=until, progress=progress or held.progress))
            return True

    def finish(self, lease: Lease, *, now: datetime, result: Mapping[str, Json] | None = None) -> bool:
        kept = None if result is None else checked_result(result)
        with self._lock:
            held = self._held(lease)
            if held is not None:
                self._put(replace(_ended(held, JobStatus.DONE, now), error=None, result=kept))
            return held is not None

    def fail(self, lease: Lease, error: str, *, retry_at: datetime | None, now: datetime) -> bool:
        with self._lock:
            held = self._held(lease)
            if held is None:
                return False
            if retry_at is None:
                self._put(replace(_ended(held, JobStatus.FAILED, now), error=error))
            elif self._twin_waits(held):
                self._put(replace(_ended(held, JobStatus.CANCELLED, now), error=error, run_after=retry_at))
            else:
                waiting = replace(held, status=JobStatus.QUEUED, lease_until=None, progress=None)
                self._put(replace(waiting, error=error, run_after=retry_at))
            return True

    def find(self, job: JobId, tenant: TenantId) -> Job | None:
        with self._lock:
            entry = self._entries.get(job)
        return entry.job if entry is not None and entry.job.tenant == tenant else None

    def list(
        self,
        tenant: TenantId,
        *,
        limit: int,
        status: JobStatus | None = None,
        kind: str | None = None,
        namespace: NamespaceName | None = None,
        before_row: int | None = None,
    ) -> list[Job]:
        with self._lock:
            found = [entry.job for entry in self._entries.values() if entry.job.tenant == tenant]
        return [
            job
            for job in reversed(found)
            if status in (None, job.status)
            and kind in (None, job.kind)
            and namespace in (None, job.namespace)
            and (before_row is None or job.row < before_row)
        ][:limit]

    def cancel(self, job: JobId, tenant: TenantId, *, now: datetime) -> Job:
        with self._lock:
            found = self._existing(job, tenant)
            if found.status not in (JobStatus.QUEUED, JobStatus.RUNNING):
                raise Conflict(f"job {job} is {found.status} and cannot be cancelled any more")
            return self._put(_ended(found, JobStatus.CANCELLED, now))

    def retry(self, job: JobId, tenant: TenantId, *, now: datetime) -> Job:
        with self._lock:
            found = self._existing(job, tenant)
            if found.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
                raise Conflict(f"job {job} is {found.status}; only a failed or cancelled job can be retried")
            if self._twin_waits(found):
                raise Conflict(f"another job with the work of job {job} waits already")
            queued = replace(found, status=JobStatus.QUEUED, attempts=0, run_after=now)
            return self._put(replace(queued, ended_at=None, error=None))

    def prune(self, *, before: datetime) -> int:
        with self._lock:
            ended = [job for job, entry in self._entries.items() if _ended_before(entry.job, before)]
            for job in ended:
                del self._entries[job]
            return len(ended)

    def check(self, scope: Scope, lease: Lease) -> None:
        """Raise LeaseLost unless the lease is of a job of the scope, and held."""
        with self._lock:
            self._check(scope, lease)

    def commit(
        self,
        scope: Scope,
        *,
        finished: Sequence[Finish],
        queued: Sequence[tuple[NewJob, datetime]],
        forget: bool,
        then: Callable[[], None],
    ) -> None:
        """Apply what a writer did to jobs together with `then`; raises LeaseLost, then nothing is applied."""
        with self._lock:
            for finish in finished:
                self._check(scope, finish.lease)
            then()
            for finish in finished:
                done = _ended(self._entries[finish.lease.job].job, JobStatus.DONE, finish.at)
                self._put(replace(done, error=None, result=finish.result))
            if forget:
                self._forget(scope)
            for job, at in queued:
                self._enqueue(scope, job, at)

    def _check(self, scope: Scope, lease: Lease) -> None:
        held = self._held(lease)
        if held is None or (held.tenant, held.namespace) != (scope.tenant, scope.namespace):
            raise LeaseLost(f"job {lease.job} is not this run's to finish any more; nothing of it is stored")

    def _enqueue(self, scope: Scope, job: NewJob, at: datetime) -> None:
        self._row += 1
        queued = Job(
            row=self._row,
            id=self._new_id(),
            tenant=scope.tenant,
            namespace=scope.namespace,
            kind=job.kind,
            status=JobStatus.QUEUED,
            attempts=0,
            leases=0,
            priority=int(job.priority),
            run_after=job.run_after or at,
            created_at=at,
            max_attempts=job.max_attempts,
            payload=job.payload,
        )
        if not self._waits(scope.tenant, scope.namespace, job.dedupe):
            self._entries[queued.id] = _Entry(queued, job.dedupe)

    def _forget(self, scope: Scope) -> None:
        self._entries = {id_: entry for id_, entry in self._entries.items() if not _is_forgotten(entry.job, scope)}

    def _held(self, lease: Lease) -> Job | None:
        entry = self._entries.get(lease.job)
        if entry is None or entry.job.status is not JobStatus.RUNNING or entry.job.leases != lease.number:
            return None
        return entry.job

    def _existing(self, job: JobId, tenant: TenantId) -> Job:
        entry = self._entries.get(job)
        if entry is None or entry.job.tenant != tenant:
            raise NotFound(f"there is no job {job}")
        return entry.job

    def _put(self, job: Job) -> Job:
        self._entries[job.id] = replace(self._entries[job.id], job=job)
        return job

    def _twin_waits(self, job: Job) -> bool:
        return self._waits(job.tenant, job.namespace, self._entries[job.id].dedupe)

    def _waits(self, tenant: TenantId, namespace: NamespaceName, dedupe: str) -> bool:
        place = (tenant, namespace, dedupe)
        return any(
            (entry.job.tenant, entry.job.namespace, entry.dedupe) == place
            for entry in self._entries.values()
            if entry.job.status is JobStatus.QUEUED
        )


def _ended(job: Job, status: JobStatus, at: datetime) -> Job:
    return replace(job, status=status, lease_until=None, progress=None, ended_at=at)


def _ended_before(job: Job, before: datetime) -> bool:
    finished = job.status in (JobStatus.DONE, JobStatus.CANCELLED)
    return finished and job.ended_at is not None and job.ended_at < before


def _is_forgotten(job: Job, scope: Scope) -> bool:
    of_scope = (job.tenant, job.namespace) == (scope.tenant, scope.namespace)
    return of_scope and job.status is not JobStatus.RUNNING and job.kind != ERASE
