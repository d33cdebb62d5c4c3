"""For users' own tests: transports that need no server.

`MockTransport` gives prepared answers; `in_process_transport` runs the real application in this process. Each
has a twin for AsyncClient.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

from memsvc.client._asgi import AsgiApp
from memsvc.client._exchange import (
    Answer,
    AsyncStream,
    AsyncTransport,
    Outcome,
    Request,
    Silence,
    Stream,
    Transport,
)
from memsvc.client._in_process import AsyncInProcessTransport, InProcessTransport
from memsvc.errors import MemsvcError

__all__ = [
    "Answer",
    "AsgiApp",
    "AsyncMockTransport",
    "MockTransport",
    "Request",
    "Silence",
    "async_in_process_transport",
    "in_process_transport",
    "json_answer",
    "problem_answer",
]

Script: TypeAlias = "Sequence[Outcome] | Callable[[Request], Outcome]"


def json_answer(data: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with a JSON body."""
    return Answer(status, {"content-type": "application/json", **(headers or {})}, json.dumps(data).encode())


def problem_answer(error: MemsvcError, *, status: int | None = None) -> Answer:
    """Return the answer that the service gives when it raises this error."""
    status = error.status if status is None else status
    headers = {"content-type": "application/problem+json"}
    if error.retry_after is not None:
        headers["retry-after"] = str(round(error.retry_after))
    problem = {
        "type": f"/problems/{error.code}",
        "title": type(error).__name__,
        "status": status,
        "code": error.code,
        "detail": error.detail,
        "request_id": error.request_id,
        "errors": [{"pointer": e.pointer, "message": e.message} for e in error.errors],
    }
    return Answer(status, headers, json.dumps(problem).encode())


class _Script:
    """Gives one answer per request, from a queue or by a handler, and keeps the requests."""

    def __init__(self, script: Script) -> None:
        self._handler = script if callable(script) else None
        self._queue = [] if callable(script) else list(script)
        self.requests: list[Request] = []
        self.closed = False

    def _next(self, request: Request) -> Outcome:
        self.requests.append(request)
        if self._handler is not None:
            return self._handler(request)
        if not self._queue:
            raise AssertionError(f"no answer is left for {request.method} {request.target}")
        return self._queue.pop(0)


class MockTransport(_Script):
    """A transport for Client that answers from a queue or by a function; `requests` keeps what was sent."""

    def send(self, request: Request) -> Outcome:
        return self._next(request)

    @contextmanager
    def stream(self, request: Request) -> Iterator[Stream | Silence]:
        outcome = self._next(request)
        yield outcome if isinstance(outcome, Silence) else Stream(outcome, iter([outcome.body]))

    def close(self) -> None:
        self.closed = True


class AsyncMockTransport(_Script):
    """The twin of MockTransport for AsyncClient."""

    async def send(self, request: Request) -> Outcome:
        return self._next(request)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncStream | Silence]:
        outcome = self._next(request)
        yield outcome if isinstance(outcome, Silence) else AsyncStream(outcome, _once(outcome.body))

    async def close(self) -> None:
        self.closed = True


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


def in_process_transport(app: AsgiApp) -> Transport:
    """Return a transport for Client that runs an ASGI application in a thread of its own.

    Its start-up runs now and its shutdown when the client is closed.
    """
    return InProcessTransport(app)


def async_in_process_transport(app: AsgiApp) -> AsyncTransport:
    """Return a transport for AsyncClient that runs an ASGI application on the caller's event loop."""
    return AsyncInProcessTransport(app)
