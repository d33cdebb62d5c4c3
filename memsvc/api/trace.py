"""What the log line and the problems of one request have in common."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from starlette.types import Scope

__all__ = ["RequestTrace", "trace_of"]

_KEY = "memsvc.trace"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class RequestTrace:
    """The request's id, and who made it once that is known."""

    request_id: str
    tenant: str | None = None
    key_id: str | None = None

    @property
    def is_local(self) -> bool:
        """Say whether the caller was let in without a key, from this machine."""
        return self.tenant is not None and self.key_id is None

    @classmethod
    def begin(cls, scope: Scope) -> RequestTrace:
        """Attach a trace to the request; a client's X-Request-Id is kept when it is well formed."""
        sent = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
        trace = cls(sent if _ACCEPTABLE.fullmatch(sent) else uuid.uuid4().hex)
        scope[_KEY] = trace
        return trace


def trace_of(scope: Scope) -> RequestTrace:
    """Return the trace that the boundary attached."""
    trace: RequestTrace = scope[_KEY]
    return trace
