"""Errors on the wire: RFC 9457 problem+json, the same shape for every failure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from memsvc import wire
from memsvc.api.trace import trace_of
from memsvc.api.validation import invalid
from memsvc.errors import FieldError, MemsvcError, Unauthenticated

__all__ = ["PROBLEM_JSON", "install_problem_handlers", "problem_response"]

PROBLEM_JSON = "application/problem+json"
_HTTP_CODES: Mapping[int, str] = {404: "not-found", 405: "method-not-allowed", 415: "unsupported-media-type"}


def problem_response(
    scope: Scope,
    *,
    status: int,
    code: str,
    detail: str,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the problem as a response; `detail` must be free of note text."""
    problem = wire.Problem(
        type=f"/problems/{code}",
        title=code.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        instance=scope["path"][:256],
        request_id=trace_of(scope).request_id,
        errors=tuple(wire.FieldProblem(pointer=e.pointer, message=e.message) for e in errors),
    )
    return Response(problem.model_dump_json(), status_code=status, headers=headers, media_type=PROBLEM_JSON)


def install_problem_handlers(app: FastAPI) -> None:
    """Make every raised error of the service, of routing and of validation a problem."""
    app.add_exception_handler(MemsvcError, _memsvc_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _memsvc_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MemsvcError)
    headers = {}
    if error.retryable:
        headers["Retry-After"] = str(math.ceil(error.retry_after or 1))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="memsvc"'
    told = error.place and trace_of(request.scope).is_local
    return problem_response(
        request.scope,
        status=error.status,
        code=error.code,
        detail=f"{error.place}: {error.detail}" if told else error.detail,
        errors=error.errors,
        headers=headers,
    )


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await _memsvc_error(request, invalid("the request is not valid", error.errors()))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return problem_response(
        request.scope,
        status=error.status_code,
        code=_HTTP_CODES.get(error.status_code, phrase.replace(" ", "-")),
        detail=_HTTP_DETAILS.get(error.status_code, error.detail),
        headers=error.headers,
    )


_HTTP_DETAILS: Mapping[int, str] = {
    404: "there is no such route; see /openapi.json for those that there are",
    405: "the route does not take this method; the Allow header names those that it takes",
}
