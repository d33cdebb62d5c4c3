"""A whole service behind the REST app, called without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI

from memsvc.api import create_app, mint_key
from memsvc.app import App, build
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import TenantId
from memsvc.settings import Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_stores.memory import MemoryStorage

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DATABASES = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ON_EVERY_DATABASE = frozenset(
    {"test_cursors", "test_idempotency", "test_isolation", "test_notes", "test_preconditions", "test_streams"}
)


@dataclass(frozen=True)
class Api:
    """The app with a synchronous way to call it."""

    app: FastAPI
    parts: App

    def call(self, method: str, path: str, *, key: str | None = None, **arguments: Any) -> httpx.Response:
        headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **arguments.pop("headers", {})}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, headers=headers, **arguments)

        return anyio.run(send)

    def mint(self, tenant: str, *scopes: AccessScope) -> str:
        key, token = mint_key(TenantId(tenant), name="test", scopes=scopes or AccessScope, at=NOW)
        self.parts.storage.api_keys.add(key)
        return token

    def remember(self, *contents: str, namespace: str = "ns", key: str | None = None, **item: Any) -> list[str]:
        items = [{"content": content, **item} for content in contents]
        response = self.call("POST", f"/v1/namespaces/{namespace}/notes", json={"items": items}, key=key)
        assert response.status_code == 201, response.text
        return [outcome["note"] for outcome in response.json()["outcomes"]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what depends on the database against every database, the rest against the twin in memory."""
    if "database" in metafunc.fixturenames:
        everywhere = metafunc.module.__name__.rpartition(".")[2] in ON_EVERY_DATABASE
        metafunc.parametrize("database", DATABASES if everywhere else ["memory"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str | None]]:
    """Return what makes an empty database and gives its URL; None for the one in the data directory."""
    if request.param != "postgresql":
        yield lambda: None
        return
    server = request.getfixturevalue("postgres")
    with ExitStack() as stack:
        kinds = chain([server.migrated], repeat(server.database))
        yield lambda: stack.enter_context(next(kinds)())


@pytest.fixture
def make_api(
    tmp_path: Path, database: Callable[[], str | None], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Api]]:
    in_memory = request.node.callspec.params["database"] == "memory"
    opened: list[App] = []

    def make(**settings: Any) -> Api:
        chosen = Settings(
            data_dir=tmp_path / f"data{len(opened)}",
            database_url=database(),  # type: ignore[arg-type]
            cursor_secret="for tests",  # type: ignore[arg-type]
            **settings,
        )
        storage = MemoryStorage() if in_memory else None
        parts = build(chosen, storage=storage, embedder=HashingEmbedder(), clock=lambda: NOW)
        opened.append(parts)
        return Api(create_app(parts.service, parts.storage, chosen, embedder=parts.embedder), parts)

    yield make
    for parts in opened:
        parts.close()


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    return make_api()
