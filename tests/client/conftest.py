"""One body of test for both clients: an adapter that runs asynchronous methods to their end."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from memsvc.client import AsyncClient, AsyncEffects, Client, Effects
from memsvc.client.testing import Answer, AsyncMockTransport, MockTransport, Request, Silence

Script = Sequence[Answer | Silence] | Callable[[Request], Answer | Silence]


class Driver:
    """A client whose methods all answer at once; iterators become lists."""

    def __init__(self, client: Client | AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self.client = client
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.client, name)
        return self._driven(member) if callable(member) else member

    def _driven(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = method(*args, **kwargs)
            if inspect.isawaitable(result):
                return self._loop.run_until_complete(result)
            if isinstance(result, AsyncIterator):
                return self._loop.run_until_complete(_listed(result))
            if isinstance(result, Iterator):
                return list(result)
            return Driver(result, self._loop) if isinstance(result, Client | AsyncClient) else result

        return call


async def _listed(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


@dataclass
class Scene:
    """A client over a mock, with what it sent and how long it slept."""

    driver: Driver
    requests: list[Request]
    slept: list[float] = field(default_factory=list)


@pytest.fixture(params=["sync", "async"])
def flavour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@pytest.fixture
def drive(loop: asyncio.AbstractEventLoop) -> Callable[[Client | AsyncClient], Driver]:
    return lambda client: Driver(client, loop)


@pytest.fixture
def make_scene(flavour: str, loop: asyncio.AbstractEventLoop) -> Callable[..., Scene]:
    """Build a client over prepared answers; chance is 0 and keys are key-1, key-2 and so on."""

    def make(script: Script, **options: Any) -> Scene:
        slept: list[float] = []
        names = iter(f"key-{number}" for number in range(1, 1000))

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        if flavour == "sync":
            transport = MockTransport(script)
            effects = Effects(sleep=slept.append, random=lambda: 0.0, new_key=lambda: next(names))
            client: Client | AsyncClient = Client(transport=transport, effects=effects, **options)
            return Scene(Driver(client, loop), transport.requests, slept)
        async_transport = AsyncMockTransport(script)
        async_effects = AsyncEffects(sleep=sleep, random=lambda: 0.0, new_key=lambda: next(names))
        client = AsyncClient(transport=async_transport, effects=async_effects, **options)
        return Scene(Driver(client, loop), async_transport.requests, slept)

    return make
