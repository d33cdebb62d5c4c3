"""Runs requests against an ASGI application inside this process, without any socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from urllib.parse import unquote

from memsvc.client._exchange import Answer, AsyncStream, Request
from memsvc.errors import Unavailable

__all__ = ["AsgiApp", "AsgiServer"]

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class AsgiServer:
    """Drives one application: its lifespan, then any number of requests, on one event loop."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._lifespan: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._orders: asyncio.Queue[Message] = asyncio.Queue()
        self._reports: asyncio.Queue[Message | None] = asyncio.Queue()

    async def start(self) -> None:
        """Run the application's start-up once; raises Unavailable when it refuses."""
        async with self._starting:
            if self._lifespan is not None:
                return
            self._lifespan = asyncio.ensure_future(self._run_lifespan())
            await self._orders.put({"type": "lifespan.startup"})
            report = await self._reports.get()
        if report is not None and report["type"] == "lifespan.startup.failed":
            raise Unavailable(f"the application did not start: {report.get('message', '')}")

    async def stop(self) -> None:
        """Run the application's shutdown."""
        if self._lifespan is not None and not self._lifespan.done():
            await self._orders.put({"type": "lifespan.shutdown"})
            await asyncio.wait({self._lifespan})

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator[AsyncStream]:
        """Send a request and read its answer piece by piece; an error of the application is raised."""
        conversation = _Conversation(request)
        task = asyncio.ensure_future(conversation.run(self._app, self._scope(request)))
        try:
            head = await conversation.head()
            if head is None:
                await task
                raise Unavailable("the application ended without an answer")
            yield AsyncStream(head, conversation.chunks())
        finally:
            await conversation.hang_up(task)

    async def _run_lifespan(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            await self._app(scope, self._orders.get, self._reports.put)
        finally:
            await self._reports.put(None)

    def _scope(self, request: Request) -> dict[str, Any]:
        path, _, query = request.target.partition("?")
        headers = {"host": "localhost", "content-length": str(len(request.body)), **request.headers}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "http",
            "method": request.method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 80),
            "state": dict(self._state),
        }


class _Conversation:
    """One request and its answer, as the two queues that ASGI sees."""

    def __init__(self, request: Request) -> None:
        self._body: bytes | None = request.body
        self._gone = asyncio.Event()
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue(maxsize=8)

    async def run(self, app: AsgiApp, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        finally:
            await self._send(None)

    async def head(self) -> Answer | None:
        """Return the status and headers, or None when the application ended without them."""
        start = await self._messages.get()
        if start is None:
            return None
        headers = {bytes(k).decode("latin-1").lower(): bytes(v).decode("latin-1") for k, v in start["headers"]}
        answer = Answer(start["status"], headers)
        if answer.status < 300:
            return answer
        return Answer(answer.status, headers, b"".join([chunk async for chunk in self.chunks()]))

    async def chunks(self) -> AsyncIterator[bytes]:
        while (message := await self._messages.get()) is not None:
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return

    async def hang_up(self, task: asyncio.Task[None]) -> None:
        """Tell the application that nobody listens any more, and wait for its end."""
        self._gone.set()
        while not self._messages.empty():
            self._messages.get_nowait()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()

    async def _send(self, message: Message | None) -> None:
        if not self._gone.is_set():
            await self._messages.put(message)

    async def _receive(self) -> Message:
        if self._body is None:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
