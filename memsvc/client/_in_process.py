"""Transports to an ASGI application of this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from memsvc.client._asgi import AsgiApp, AsgiServer
from memsvc.client._exchange import Answer, AsyncStream, Outcome, Request, Silence, Stream

__all__ = ["AsyncInProcessTransport", "InProcessTransport"]

T = TypeVar("T")


async def _send(server: AsgiServer, request: Request) -> Answer:
    async with server.open(request) as stream:
        rest = b"".join([chunk async for chunk in stream.chunks])
        return Answer(stream.head.status, stream.head.headers, stream.head.body + rest)


async def _next_chunk(chunks: AsyncIterator[bytes]) -> bytes | None:
    return await anext(chunks, None)


class AsyncInProcessTransport:
    """Runs the application on the caller's event loop; it starts with the first request."""

    def __init__(self, app: AsgiApp) -> None:
        self._server = AsgiServer(app)

    async def send(self, request: Request) -> Outcome:
        await self._server.start()
        return await _send(self._server, request)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncStream | Silence]:
        await self._server.start()
        async with self._server.open(request) as stream:
            yield stream

    async def close(self) -> None:
        await self._server.stop()


class InProcessTransport:
    """Runs the application on an event loop in a thread of its own, from construction to `close`."""

    def __init__(self, app: AsgiApp) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="memsvc-in-process", daemon=True)
        self._thread.start()
        self._server = AsgiServer(app)
        self._run(self._server.start())

    def send(self, request: Request) -> Outcome:
        return self._run(_send(self._server, request))

    @contextmanager
    def stream(self, request: Request) -> Iterator[Stream | Silence]:
        opening = self._server.open(request)
        stream = self._run(opening.__aenter__())
        try:
            yield Stream(stream.head, self._chunks(stream.chunks))
        finally:
            self._run(opening.__aexit__(None, None, None))

    def close(self) -> None:
        if self._loop.is_closed():
            return
        self._run(self._server.stop())
        self._run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _chunks(self, chunks: AsyncIterator[bytes]) -> Iterator[bytes]:
        while (chunk := self._run(_next_chunk(chunks))) is not None:
            yield chunk

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
