"""Newline-delimited JSON: bounded reading of lines, and answers that stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from memsvc.api.bodies import NDJSON

__all__ = ["Line", "LineSplitter", "LinesResponse", "batches_of_lines", "in_threads"]

_BATCH_LINES = 32


@dataclass(frozen=True, slots=True)
class Line:
    """One line, counted from 1; `text` is None when it was too long to be kept."""

    number: int
    text: bytes | None


class LineSplitter:
    """Cuts chunks into lines; holds at most `limit` bytes, and skips a line that is longer."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pending = bytearray()
        self._skipping = False
        self._number = 0

    def feed(self, chunk: bytes) -> list[Line]:
        """Return the lines that the chunk completes; blank ones are counted and left out."""
        *whole, rest = chunk.split(b"\n")
        lines = []
        for part in whole:
            self._extend(part)
            lines.extend(self._end_line())
        self._extend(rest)
        return lines

    def close(self) -> list[Line]:
        """Return the last line if no newline ended it."""
        return self._end_line()

    def _extend(self, part: bytes) -> None:
        if not self._skipping and len(self._pending) + len(part) > self._limit:
            self._skipping = True
            self._pending.clear()
        if not self._skipping:
            self._pending += part

    def _end_line(self) -> list[Line]:
        self._number += 1
        text = None if self._skipping else bytes(self._pending)
        self._pending.clear()
        self._skipping = False
        return [] if text is not None and not text.strip() else [Line(self._number, text)]


async def batches_of_lines(request: Request, *, limit: int) -> AsyncIterator[list[Line]]:
    """Yield the lines of the body as they come, a few at a time; `limit` bounds one line in bytes.

    Ends quietly when the client goes away: what came before has been dealt with.
    """
    splitter = LineSplitter(limit)
    try:
        async for chunk in request.stream():
            lines = splitter.feed(chunk)
            for start in range(0, len(lines), _BATCH_LINES):
                yield lines[start : start + _BATCH_LINES]
    except ClientDisconnect:
        return
    if last := splitter.close():
        yield last


async def in_threads(source: Iterator[bytes], request: Request, limiter: CapacityLimiter) -> AsyncIterator[bytes]:
    """Yield what a blocking iterator gives, a few items joined, each time from a worker thread.

    Stops when the client has gone away.
    """
    while joined := await to_thread.run_sync(_next_piece, source, limiter=limiter):
        yield joined
        if await request.is_disconnected():
            return


def _next_piece(source: Iterator[bytes]) -> bytes:
    return b"".join(islice(source, _BATCH_LINES))


class LinesResponse(Response):
    """NDJSON that is sent while it is made, also while the request is still being read.

    The first piece is made before the answer begins, so that an early error still gets its own status.
    Starlette's StreamingResponse would take the request's messages away from the one who reads its body.
    """

    media_type = NDJSON[0]

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI's form
        first = await anext(self._pieces, b"")
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        async for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
