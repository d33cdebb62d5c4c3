"""The outermost layer: request ids, the log line, metrics, and the one place that catches everything."""

from __future__ import annotations

import time
import traceback
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from memsvc.api.metrics import Metrics
from memsvc.api.problems import problem_response
from memsvc.api.trace import RequestTrace
from memsvc.errors import ServerFault

__all__ = ["RequestBoundary"]

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class RequestBoundary:
    """Pure ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger("memsvc.api")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = RequestTrace.begin(scope)
        status = 0

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", trace.request_id.encode())]
            await send(message)

        began = time.perf_counter()
        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, send_traced)
        except Exception as error:  # noqa: BLE001  the request boundary
            self._log_fault(trace, error)
            if status:
                raise ServerFault("the answer broke off") from None
            await _fault_response(scope)(scope, receive, send_traced)
        finally:
            self._metrics.in_flight.dec()
            self._finish(scope, trace, status, time.perf_counter() - began)

    def _finish(self, scope: Scope, trace: RequestTrace, status: int, seconds: float) -> None:
        route: Any = scope.get("route")
        template = getattr(route, "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.observe(method, template, status=status, seconds=seconds)
        self._log.info(
            "request",
            method=method,
            route=template,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=trace.request_id,
            tenant=trace.tenant,
            key=trace.key_id,
        )

    def _log_fault(self, trace: RequestTrace, error: Exception) -> None:
        """Log where it happened, not what the exception says: its message may quote a note."""
        frames = traceback.extract_tb(error.__traceback__)
        self._log.error(
            "fault",
            request_id=trace.request_id,
            error=type(error).__qualname__,
            frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
        )


def _fault_response(scope: Scope) -> ASGIApp:
    return problem_response(
        scope,
        status=ServerFault.status,
        code=ServerFault.code,
        detail="the server failed on this request; its log has the cause under this request_id",
    )
