"""Sending a call until its outcome is final."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

from memsvc import __version__
from memsvc.client._effects import AsyncEffects
from memsvc.client._exchange import AsyncTransport, Call, Request, Silence
from memsvc.client._problems import checked
from memsvc.client._retry import RetryPolicy

__all__ = ["Core", "Line"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """A connection to one server and how it is used; views of a client share the transport."""

    transport: AsyncTransport
    effects: AsyncEffects
    namespace: str
    timeout: float | None
    retries: int
    api_key: str | None

    def dressed(self, request: Request) -> Request:
        """Return the request with credentials and time-out."""
        headers = {"user-agent": f"memsvc/{__version__}", **request.headers}
        if self.api_key is not None:
            headers["authorization"] = f"Bearer {self.api_key}"
        return replace(request, headers=headers, timeout=self.timeout)


class Core:
    """Performs calls for the methods of the client."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._policy = RetryPolicy(line.retries, line.effects.random)

    @property
    def namespace(self) -> str:
        """The namespace that every method works on."""
        return self._line.namespace

    def _new_key(self) -> str:
        return self._line.effects.new_key()

    async def _do(self, call: Call[T]) -> T:
        """Send the call, again where that is safe and may help; every attempt has the same key."""
        request = self._line.dressed(call.request)
        for attempt in count():
            outcome = await self._line.transport.send(request)
            delay = self._policy.delay(request, outcome, attempt) if call.retry else None
            if delay is None:
                return call.read(outcome)
            await self._line.effects.sleep(delay)
        raise AssertionError("unreachable")

    async def _chunks(self, request: Request) -> AsyncIterator[bytes]:
        """Yield the body of an answer as it arrives; it is not asked for again when it breaks off."""
        async with self._line.transport.stream(self._line.dressed(request)) as stream:
            checked(stream if isinstance(stream, Silence) else stream.head)
            assert not isinstance(stream, Silence)
            async for chunk in stream.chunks:
                yield chunk
