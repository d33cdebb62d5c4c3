"""Every error that memsvc raises on purpose.

::

    MemsvcError
    ├── InvalidInput              422  what was sent cannot be taken as it is
    │   ├── InvalidFilter         422
    │   ├── InvalidCursor         400
    │   └── DimensionMismatch     422  a vector of another length, or not finite
    ├── Unauthenticated           401
    ├── Forbidden                 403
    ├── NotFound                  404
    ├── Conflict                  409  the state does not allow it
    │   ├── IdempotencyMismatch   422  the key was used with another body
    │   ├── EmbedderMismatch      409  the namespace was made with another model
    │   └── LeaseLost             409  (worker) the job at hand is not its to do any more
    │       └── JobCancelled      409  (worker) it was cancelled
    ├── PreconditionFailed        412  If-Match names another version
    ├── PreconditionRequired      428  If-Match is missing
    ├── PayloadTooLarge           413
    ├── RateLimited               429
    ├── Unavailable               503  try again later
    │   ├── StorageBusy           503  another process holds the database
    │   ├── EmbedderUnavailable   503
    │   ├── RerankerUnavailable   503
    │   ├── LlmUnavailable        503  the language model does not answer
    │   ├── LlmBadReply           503  it answered something else than was asked for
    │   ├── LlmBudgetSpent        503  the day's tokens or money for models are used up
    │   └── NoAnswer              503  (SDK) no answer came: connection, time-out
    ├── StorageFull               507
    ├── StorageReadOnly           503  not retryable: an operator must act
    ├── LlmRefused                503  not retryable: a wrong key, model name or request
    ├── GuardModelError           503  not retryable: the guard's model file is missing or corrupt
    └── ServerFault               500  a defect of the server
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "Conflict",
    "DimensionMismatch",
    "EmbedderMismatch",
    "EmbedderUnavailable",
    "FieldError",
    "Forbidden",
    "GuardModelError",
    "IdempotencyMismatch",
    "InvalidCursor",
    "InvalidFilter",
    "InvalidInput",
    "JobCancelled",
    "LeaseLost",
    "LlmBadReply",
    "LlmBudgetSpent",
    "LlmRefused",
    "LlmUnavailable",
    "MemsvcError",
    "NoAnswer",
    "NotFound",
    "PayloadTooLarge",
    "PreconditionFailed",
    "PreconditionRequired",
    "RateLimited",
    "RerankerUnavailable",
    "ServerFault",
    "StorageBusy",
    "StorageFull",
    "StorageReadOnly",
    "Unauthenticated",
    "Unavailable",
    "error_class",
]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong place in an input, named by JSON pointer."""

    pointer: str
    message: str


class MemsvcError(Exception):
    """Root of the tree; `code` is stable, `status` is its HTTP status.

    `place` is a path on the server: for its operator, not for remote callers.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        retry_after: float | None = None,
        request_id: str | None = None,
        place: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.request_id = request_id
        self.place = place


class InvalidInput(MemsvcError):
    """What was sent cannot be taken as it is."""

    code = "invalid-input"
    status = 422


class InvalidFilter(InvalidInput):
    """A filter has an unknown field, operator or operand."""

    code = "invalid-filter"


class InvalidCursor(InvalidInput):
    """A cursor was not made by this server for this query."""

    code = "invalid-cursor"
    status = 400


class DimensionMismatch(InvalidInput):
    """A vector has another length than the model's, or is not finite."""

    code = "dimension-mismatch"


class Unauthenticated(MemsvcError):
    """No valid key was sent."""

    code = "unauthenticated"
    status = 401


class Forbidden(MemsvcError):
    """The key lacks the scope."""

    code = "forbidden"
    status = 403


class NotFound(MemsvcError):
    """There is no such object in the caller's scope."""

    code = "not-found"
    status = 404


class Conflict(MemsvcError):
    """The object's state does not allow the operation."""

    code = "conflict"
    status = 409


class IdempotencyMismatch(Conflict):
    """The Idempotency-Key was used before with another request."""

    code = "idempotency-mismatch"
    status = 422


class EmbedderMismatch(Conflict):
    """The namespace holds vectors of another model or dimension."""

    code = "embedder-mismatch"


class LeaseLost(Conflict):
    """A worker's lease of a job ran out, was taken by another, or the job has ended; its writes roll back."""

    code = "lease-lost"


class JobCancelled(LeaseLost):
    """The job that a worker runs was cancelled."""

    code = "job-cancelled"


class PreconditionFailed(MemsvcError):
    """If-Match names a version that is not the current one."""

    code = "precondition-failed"
    status = 412


class PreconditionRequired(MemsvcError):
    """The operation needs If-Match."""

    code = "precondition-required"
    status = 428


class PayloadTooLarge(MemsvcError):
    """The body or an item in it is over the limit."""

    code = "payload-too-large"
    status = 413


class RateLimited(MemsvcError):
    """Too many requests; `retry_after` says when."""

    code = "rate-limited"
    status = 429
    retryable = True


class Unavailable(MemsvcError):
    """The service cannot answer now; the same request may succeed later."""

    code = "unavailable"
    status = 503
    retryable = True


class StorageBusy(Unavailable):
    """Another process holds the database longer than the time-out."""

    code = "storage-busy"


class EmbedderUnavailable(Unavailable):
    """The embedder does not answer or its model cannot be loaded."""

    code = "embedder-unavailable"


class RerankerUnavailable(Unavailable):
    """The reranker's model cannot be loaded or fails; a recall keeps the order that it has without it."""

    code = "reranker-unavailable"


class LlmUnavailable(Unavailable):
    """The language model does not answer, or answers that it cannot now."""

    code = "llm-unavailable"


class LlmBadReply(Unavailable):
    """The language model's answer is not of the form that was asked for; another try may be."""

    code = "llm-bad-reply"


class LlmBudgetSpent(Unavailable):
    """The day's budget for language models is used up; `retry_after` ends with the day (UTC)."""

    code = "llm-budget-spent"


class NoAnswer(Unavailable):
    """No answer came from the server (raised by the SDK)."""

    code = "no-answer"


class StorageFull(MemsvcError):
    """The disk is full; nothing of the request was stored."""

    code = "storage-full"
    status = 507


class StorageReadOnly(MemsvcError):
    """The data directory or the database cannot be written."""

    code = "storage-read-only"
    status = 503


class LlmRefused(MemsvcError):
    """The language model's endpoint refuses the request as it is: a wrong key, model name or length."""

    code = "llm-refused"
    status = 503


class GuardModelError(MemsvcError):
    """The guard's model file is missing, corrupt or of another format; an operator must put a right one there."""

    code = "guard-model"
    status = 503


class ServerFault(MemsvcError):
    """A defect of the server (raised by the SDK for an unknown 5xx)."""

    code = "internal"


def _tree(root: type[MemsvcError]) -> list[type[MemsvcError]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in _tree(child))]


def error_class(code: str, status: int) -> type[MemsvcError]:
    """Return the class of a code; for an unknown code the nearest class by status."""
    classes = _tree(MemsvcError)[1:]
    for candidate in classes:
        if candidate.code == code:
            return candidate
    for candidate in classes:
        if candidate.status == status:
            return candidate
    return InvalidInput if 400 <= status < 500 else ServerFault
