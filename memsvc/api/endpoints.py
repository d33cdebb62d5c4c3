"""Endpoints as data, and the one way in which every one of them is run."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_type_hints

from anyio import to_thread
from fastapi import params
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from memsvc.api.auth import Caller
from memsvc.api.bodies import JSON, NDJSON, check_media_type, is_small, read_body, skip_body
from memsvc.api.context import Backend, Call
from memsvc.api.trace import trace_of
from memsvc.domain.access import AccessScope
from memsvc.errors import FieldError, Forbidden, InvalidInput, Unauthenticated, Unavailable

__all__ = ["Endpoint", "Handler", "runner"]

Handler = Callable[..., Response | Awaitable[Response]]
_WAITING_PER_THREAD = 64


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route: its handler takes a Call and the path, query and header parameters.

    A plain handler runs in a worker thread together with authentication, validation and rendering: one
    thread hop per request, and one before it that lets a caller with a large body in. A coroutine handler
    reads its NDJSON body itself. `scope` None means public.
    `answers` maps a success status to the model of its body, or None for a body that is not one JSON object;
    `also` are media types in which a success may be asked for besides.
    """

    method: str
    path: str
    handler: Handler
    scope: AccessScope | None
    answers: Mapping[int, type[BaseModel] | None]
    body: type[BaseModel] | None = None
    body_optional: bool = False
    errors: frozenset[int] = frozenset()
    media_type: str = "application/json"
    request_media_type: str = field(default=JSON[0])
    also: tuple[str, ...] = ()

    @property
    def streams_in(self) -> bool:
        return self.request_media_type == NDJSON[0]


def runner(endpoint: Endpoint, backend: Backend) -> Callable[..., Awaitable[Response]]:
    """Return what FastAPI calls: the handler's parameters, with the request in place of the Call."""
    signature, known = _signature(endpoint.handler)

    async def run(request: Request, **parameters: Any) -> Response:
        _check_query(request, known)
        if backend.threads.statistics().tasks_waiting > backend.settings.threads * _WAITING_PER_THREAD:
            raise Unavailable("too many requests are waiting; try again", retry_after=1)
        if endpoint.streams_in:
            check_media_type(request, NDJSON)
            caller = await to_thread.run_sync(_admit, endpoint, backend, request, limiter=backend.threads)
            answer = endpoint.handler(Call(backend, caller, request), **parameters)
            assert inspect.isawaitable(answer)
            return await answer
        body = b""
        if endpoint.body is not None:
            if not is_small(request):
                await _admit_first(endpoint, backend, request)
            body = await read_body(request, backend.settings.max_body_bytes)
            if body or not endpoint.body_optional:
                check_media_type(request, JSON)
        work = partial(_work, endpoint, backend, request, body, parameters)
        return await to_thread.run_sync(work, limiter=backend.threads)

    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__name__ = getattr(endpoint.handler, "__name__", "run")
    run.__doc__ = endpoint.handler.__doc__
    return run


def _work(
    endpoint: Endpoint, backend: Backend, request: Request, body: bytes, parameters: Mapping[str, Any]
) -> Response:
    caller = _admit(endpoint, backend, request)
    answer = endpoint.handler(Call(backend, caller, request, body), **parameters)
    assert isinstance(answer, Response)
    return answer


async def _admit_first(endpoint: Endpoint, backend: Backend, request: Request) -> None:
    """Keep large bodies of strangers out of memory, at the price of a second thread hop."""
    try:
        await to_thread.run_sync(_admit, endpoint, backend, request, limiter=backend.threads)
    except (Unauthenticated, Forbidden):
        await skip_body(request, backend.settings.max_body_bytes)
        raise


def _admit(endpoint: Endpoint, backend: Backend, request: Request) -> Caller:
    """Authenticate and authorise; no handler runs without it."""
    assert endpoint.scope is not None
    caller = backend.gate.admit(request.headers)
    trace = trace_of(request.scope)
    trace.tenant, trace.key_id = caller.tenant, caller.key_id
    caller.require(endpoint.scope)
    return caller


def _signature(handler: Handler) -> tuple[inspect.Signature, frozenset[str]]:
    """Return the signature for FastAPI and the names of the query parameters."""
    hints = get_type_hints(handler, include_extras=True)
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    rest = list(inspect.signature(handler).parameters.values())[1:]
    typed = [p.replace(annotation=hints[p.name], kind=inspect.Parameter.KEYWORD_ONLY) for p in rest]
    known = frozenset(p.name for p in typed if _is_query(p.annotation))
    return inspect.Signature([request, *typed], return_annotation=inspect.Signature.empty), known


def _is_query(annotation: Any) -> bool:
    return any(isinstance(item, params.Query) for item in getattr(annotation, "__metadata__", ()))


def _check_query(request: Request, known: frozenset[str]) -> None:
    if not request.scope["query_string"]:
        return
    for name in request.query_params:
        if name not in known:
            allowed = ", ".join(sorted(known)) or "none"
            message = f"is not a known query parameter (known: {allowed})"
            raise InvalidInput(f"{name[:64]!r} {message}", errors=[FieldError(f"/query/{name[:64]}", message)])
