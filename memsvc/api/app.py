"""The app: routes over one service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from starlette.responses import Response

from memsvc.api.auth import Gate
from memsvc.api.boundary import RequestBoundary
from memsvc.api.context import Backend
from memsvc.api.cursors import Cursors, cursor_key
from memsvc.api.endpoints import runner
from memsvc.api.metrics import Metrics
from memsvc.api.openapi import describe, install_openapi
from memsvc.api.problems import install_problem_handlers
from memsvc.api.routes import ENDPOINTS
from memsvc.api.routes.operations import add_operations
from memsvc.errors import MemsvcError
from memsvc.memory.service import MemoryService
from memsvc.ports.embedding import Embedder
from memsvc.ports.storage import Storage
from memsvc.settings import Settings

__all__ = ["create_app"]


def create_app(
    service: MemoryService, storage: Storage, settings: Settings, *, embedder: Embedder | None = None
) -> FastAPI:
    """Return the REST app; raises StorageReadOnly when the cursor key cannot be kept."""
    release = _version()
    backend = Backend(
        service=service,
        storage=storage,
        settings=settings,
        gate=Gate(storage.api_keys, settings),
        cursors=Cursors(cursor_key(settings)),
        metrics=Metrics(release),
        threads=CapacityLimiter(settings.threads),
        embedder=embedder,
    )
    app = FastAPI(
        title="memsvc",
        version="1",
        description="Long-term memory for LLM agents.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(embedder),
    )
    for endpoint in ENDPOINTS:
        app.add_api_route(
            endpoint.path,
            runner(endpoint, backend),
            methods=[endpoint.method],
            response_model=None,
            response_class=Response,
            **describe(endpoint),
        )
    add_operations(app, backend, version=release)
    install_problem_handlers(app)
    install_openapi(app, ENDPOINTS)
    app.add_middleware(RequestBoundary, metrics=backend.metrics)
    return app


def _lifespan(embedder: Embedder | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Load the model before the first request; one that cannot be loaded shows in /readyz."""
        if embedder is not None:
            await to_thread.run_sync(_warm, embedder)
        yield

    return lifespan


def _warm(embedder: Embedder) -> None:
    try:
        embedder.embed_query("warm")
    except MemsvcError:
        return


def _version() -> str:
    try:
        return version("memsvc")
    except PackageNotFoundError:
        return "0+not-installed"
