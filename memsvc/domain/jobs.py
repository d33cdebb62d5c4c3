"""Background work."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from memsvc.domain.ids import JobId, NamespaceName, TenantId
from memsvc.domain.notes import Json
from memsvc.errors import ServerFault

__all__ = [
    "AMEM_NOTE",
    "CONSOLIDATE",
    "ERASE",
    "GUARD_PROBE",
    "GUARD_SCAN",
    "KEY_NOTES",
    "LINK_NOTES",
    "ORGANISE",
    "REHASH",
    "SAVE_INDEX",
    "SWEEP",
    "THINK",
    "Job",
    "JobStatus",
    "Lease",
    "NewJob",
    "Priority",
    "Progress",
    "checked_result",
]

SAVE_INDEX = "index.save"
KEY_NOTES = "notes.key"
ERASE = "erase.finish"
LINK_NOTES = "notes.link"
REHASH = "tim.rehash"
AMEM_NOTE = "amem.note"
CONSOLIDATE = "amem.consolidate"
THINK = "tim.think"
ORGANISE = "tim.organise"
SWEEP = "retention.sweep"
GUARD_PROBE = "guard.probe"
GUARD_SCAN = "guard.scan"

_RESULT_MEMBERS = 100
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Priority(IntEnum):
    """Usual priorities; any integer is one, and the higher goes first within a tenant."""

    LOW = -10
    NORMAL = 0
    HIGH = 10


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to queue; while a job with the same `dedupe` waits in the same scope, no second one is queued.

    `max_attempts` None leaves the number of attempts to the worker's policy for the kind.
    """

    kind: str
    dedupe: str
    payload: Mapping[str, Json] = field(default_factory=dict, repr=False)
    run_after: datetime | None = None
    priority: int = Priority.NORMAL
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a job; `number` counts the job's leases, so no two of a job are equal."""

    job: JobId
    number: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running job has come; `total` None when that is not known."""

    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is kept; `row` is the order of queueing.

    `attempts` are counted since it was queued, or was retried by an operator. `started_at` and `worker` are
    those of the last attempt, `error` says why it failed, `result` what it did: figures, no memory text.
    """

    row: int
    id: JobId
    tenant: TenantId
    namespace: NamespaceName
    kind: str
    status: JobStatus
    attempts: int
    leases: int
    priority: int
    run_after: datetime
    created_at: datetime
    max_attempts: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    lease_until: datetime | None = None
    worker: str | None = None
    progress: Progress | None = None
    error: str | None = None
    result: Mapping[str, Json] | None = None
    payload: Mapping[str, Json] = field(default_factory=dict, repr=False)

    @property
    def lease(self) -> Lease:
        """Return the lease that the job was last given."""
        return Lease(self.id, self.leases)


def checked_result(result: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the result, which everyone of the tenant may see; raises ServerFault if it could hold memory text.

    A result is flat: up to 100 finite numbers, booleans and words (ids, codes) by names that are words too.
    """
    if len(result) > _RESULT_MEMBERS:
        raise ServerFault(f"a job's result has {len(result)} members; at most {_RESULT_MEMBERS} are kept")
    for name, value in result.items():
        if not (_is_word(name) and (value is None or _is_number(value) or _is_word(value))):
            told = repr(name) if _is_word(name) else "a member"
            raise ServerFault(f"{told} of a job's result is neither a number nor a word; no text is kept there")
    return result


def _is_number(value: Json) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) < 2**63


def _is_word(value: Json) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None
