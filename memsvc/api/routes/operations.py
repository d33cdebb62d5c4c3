"""The service's own state: public, outside /v1."""

from __future__ import annotations

from anyio import to_thread
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Backend
from memsvc.api.replies import reply
from memsvc.errors import MemsvcError

__all__ = ["add_operations"]


def add_operations(app: FastAPI, backend: Backend, *, version: str) -> None:
    """Add /livez, /readyz, /metrics and /version."""

    async def livez() -> Response:
        """Say that the process answers."""
        return reply(wire.Health())

    async def readyz() -> Response:
        """Say whether requests can be answered: the database is current and the embedder is loaded."""
        found = await to_thread.run_sync(_readiness, backend, limiter=backend.threads)
        return reply(found, 200 if found.status == "ready" else 503)

    async def metrics() -> Response:
        """Return Prometheus metrics."""
        return Response(backend.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def version_of() -> Response:
        """Return the version of the service and of the API."""
        return reply(wire.Version(version=version))

    add = app.add_api_route
    add("/livez", livez, response_class=Response, responses={200: _json("Health")}, tags=["operations"])
    add(
        "/readyz",
        readyz,
        response_class=Response,
        responses={200: _json("Readiness"), 503: _json("Readiness")},
        tags=["operations"],
    )
    text = {"description": "Metrics", "content": {"text/plain": {"schema": {"type": "string"}}}}
    add("/metrics", metrics, response_class=Response, responses={200: text}, tags=["operations"])
    add("/version", version_of, response_class=Response, responses={200: _json("Version")}, tags=["operations"])


def _json(model: str) -> dict[str, object]:
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"description": model, "content": {"application/json": {"schema": schema}}}


def _readiness(backend: Backend) -> wire.Readiness:
    """Without the guard's model recalls are answered, and writes as policies want it: that alone stops nothing."""
    needed = {"storage": _storage(backend), "embedder": _embedder(backend)}
    ready = all(found == "ok" for found in needed.values())
    return wire.Readiness(status="ready" if ready else "unready", checks={**needed, "guard": _guard(backend)})


def _storage(backend: Backend) -> str:
    try:
        backend.storage.check()
    except MemsvcError as error:
        return error.code
    return "ok"


def _guard(backend: Backend) -> str:
    try:
        backend.service.check_guard()
    except MemsvcError as error:
        return error.code
    return "ok"


def _embedder(backend: Backend) -> str:
    if backend.embedder is None:
        return "ok"
    try:
        backend.embedder.embed_query("ready?")
    except MemsvcError as error:
        return error.code
    return "ok"
