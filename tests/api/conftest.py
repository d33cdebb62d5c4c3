"""A whole service in memory behind the REST app, called without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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


@pytest.fixture
def make_api(tmp_path: Path) -> Iterator[Callable[..., Api]]:
    opened: list[App] = []

    def make(**settings: Any) -> Api:
        chosen = Settings(data_dir=tmp_path / f"data{len(opened)}", cursor_secret="for tests", **settings)  # type: ignore[arg-type]
        parts = build(chosen, storage=MemoryStorage(), embedder=HashingEmbedder(), clock=lambda: NOW)
        opened.append(parts)
        return Api(create_app(parts.service, parts.storage, chosen, embedder=parts.embedder), parts)

    yield make
    for parts in opened:
        parts.close()


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    return make_api()
