"""Background work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memsvc.domain.ids import JobId, NamespaceName, TenantId
from memsvc.domain.notes import Json

__all__ = ["ERASE", "KEY_NOTES", "SAVE_INDEX", "Job", "JobStatus", "NewJob"]

SAVE_INDEX = "index.save"
KEY_NOTES = "notes.key"
ERASE = "erase.finish"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to queue; while a job with the same `dedupe` waits in the same scope, no second one is queued."""

    kind: str
    dedupe: str
    payload: Mapping[str, Json] = field(default_factory=dict)
    run_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    id: JobId
    tenant: TenantId
    namespace: NamespaceName
    kind: str
    status: JobStatus
    attempts: int
    run_after: datetime
    created_at: datetime
    lease_until: datetime | None = None
    error: str | None = None
    payload: Mapping[str, Json] = field(default_factory=dict)
