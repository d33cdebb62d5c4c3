"""Jobs in any storage: queue, lease, list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from memsvc.domain.jobs import Job, JobStatus, NewJob
from memsvc.domain.scope import Scope
from memsvc.ports.storage import Storage
from tests.support.drafts import MODEL, SCOPE, T0

__all__ = ["OTHER", "enqueue", "job", "lease", "leased", "listed"]

OTHER = Scope.of("tenant-b", SCOPE.namespace)


def enqueue(storage: Storage, *jobs: NewJob, scope: Scope = SCOPE, when: datetime = T0) -> None:
    with storage.writer(scope) as writer:
        writer.open_namespace(MODEL, T0)
        for new in jobs:
            writer.enqueue(new, at=when)


def job(dedupe: str, *, kind: str = "sweep", **fields: Any) -> NewJob:
    """Return a job that names itself in its payload."""
    return NewJob(kind, dedupe, {"name": dedupe}, **fields)


def lease(
    storage: Storage, now: datetime = T0, *, kinds: tuple[str, ...] = ("sweep",), worker: str = ""
) -> Job | None:
    """Lease for 10 s."""
    return storage.jobs.lease(kinds=kinds, seconds=10, now=now, worker=worker)


def leased(storage: Storage, now: datetime = T0, **options: Any) -> Job:
    found = lease(storage, now, **options)
    assert found is not None
    return found


def listed(storage: Storage, status: JobStatus | None = None, *, scope: Scope = SCOPE) -> list[Job]:
    return storage.jobs.list(scope.tenant, status=status, limit=99)
