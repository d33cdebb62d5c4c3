"""The only module that knows httpx."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx

from memsvc.client._exchange import Answer, AsyncStream, Outcome, Request, Silence, Stream
from memsvc.errors import NoAnswer

__all__ = ["AsyncHttpTransport", "HttpTransport"]

_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def _base(base_url: str) -> str:
    return base_url.rstrip("/")


def _answer(response: httpx.Response, body: bytes) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, body)


def _silence(error: httpx.HTTPError | httpx.InvalidURL, base_url: str) -> Silence:
    reason = str(error) or type(error).__name__
    never_sent = isinstance(error, (*_NEVER_SENT, httpx.InvalidURL))
    return Silence(f"no answer from {base_url}: {reason}", sent=not never_sent)


def _chunks(response: httpx.Response, base_url: str) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes()
    except httpx.HTTPError as error:
        raise NoAnswer(f"the answer from {base_url} broke off: {error}") from error


async def _async_chunks(response: httpx.Response, base_url: str) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    except httpx.HTTPError as error:
        raise NoAnswer(f"the answer from {base_url} broke off: {error}") from error


class HttpTransport:
    """Keeps connections to one server alive and reuses them; safe to use from several threads."""

    def __init__(self, base_url: str) -> None:
        self._base = _base(base_url)
        self._client = httpx.Client(limits=_LIMITS)

    def send(self, request: Request) -> Outcome:
        try:
            response = self._client.request(
                request.method,
                self._base + request.target,
                content=request.body,
                headers=request.headers,
                timeout=request.timeout,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _silence(error, self._base)
        return _answer(response, response.content)

    @contextmanager
    def stream(self, request: Request) -> Iterator[Stream | Silence]:
        url = self._base + request.target
        try:
            response = self._client.send(
                self._client.build_request(
                    request.method, url, content=request.body, headers=request.headers, timeout=request.timeout
                ),
                stream=True,
            )
            body = b"" if response.is_success else response.read()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            yield _silence(error, self._base)
            return
        try:
            yield Stream(_answer(response, body), _chunks(response, self._base))
        finally:
            response.close()

    def close(self) -> None:
        self._client.close()


class AsyncHttpTransport:
    """The twin of HttpTransport for asyncio."""

    def __init__(self, base_url: str) -> None:
        self._base = _base(base_url)
        self._client = httpx.AsyncClient(limits=_LIMITS)

    async def send(self, request: Request) -> Outcome:
        try:
            response = await self._client.request(
                request.method,
                self._base + request.target,
                content=request.body,
                headers=request.headers,
                timeout=request.timeout,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _silence(error, self._base)
        return _answer(response, response.content)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncStream | Silence]:
        url = self._base + request.target
        try:
            response = await self._client.send(
                self._client.build_request(
                    request.method, url, content=request.body, headers=request.headers, timeout=request.timeout
                ),
                stream=True,
            )
            body = b"" if response.is_success else await response.aread()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            yield _silence(error, self._base)
            return
        try:
            yield AsyncStream(_answer(response, body), _async_chunks(response, self._base))
        finally:
            await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()
