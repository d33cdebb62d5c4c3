"""What goes to the server and what comes back, apart from any HTTP library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeAlias, TypeVar

__all__ = [
    "Answer",
    "AsyncStream",
    "AsyncTransport",
    "Call",
    "Outcome",
    "Request",
    "Silence",
    "Stream",
    "Transport",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request below the base URL; `target` is the path with its query, already encoded.

    `repeatable` says that sending it twice has the effect of sending it once. `timeout` is in seconds.
    """

    method: str
    target: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer came; `sent` is False when the request cannot have reached the server."""

    detail: str
    sent: bool


Outcome: TypeAlias = Answer | Silence


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that is read piece by piece; on an error status `head` holds the whole body."""

    head: Answer
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class AsyncStream:
    """The twin of Stream for asynchronous transports."""

    head: Answer
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, how its outcome is read (or raised), and whether a refusal may be answered by a retry."""

    request: Request
    read: Callable[[Outcome], T]
    retry: bool = True


class Transport(Protocol):
    """Carries requests; never raises for a failing server."""

    def send(self, request: Request) -> Outcome: ...

    def stream(self, request: Request) -> AbstractContextManager[Stream | Silence]: ...

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """The twin of Transport for AsyncClient."""

    async def send(self, request: Request) -> Outcome: ...

    def stream(self, request: Request) -> AbstractAsyncContextManager[AsyncStream | Silence]: ...

    async def close(self) -> None: ...
