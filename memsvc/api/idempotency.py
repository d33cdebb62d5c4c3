"""Idempotency-Key: an answer is kept with its status, and given again for the same request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from memsvc.api.context import Call
from memsvc.domain.receipts import Idempotency, Remembered

__all__ = ["answer", "idempotency"]

T = TypeVar("T")
Render = Callable[[tuple[T, ...]], tuple[int, BaseModel]]


def idempotency(call: Call, key: str | None, render: Render[Any]) -> Idempotency | None:
    """Return what the use case keeps in its transaction; None when the client sent no key."""
    if key is None:
        return None
    seen = hashlib.sha256(f"{call.request.method}\n{call.request.url.path}\n".encode())
    seen.update(call.body)
    return Idempotency(key, seen.hexdigest(), lambda outcomes: _kept(*render(outcomes)))


def answer(remembered: Remembered[T], render: Render[T]) -> Response:
    """Return the response, or the kept one with Idempotency-Replayed."""
    if remembered.replayed is None:
        kept, headers = _kept(*render(remembered.outcomes)), None
    else:
        kept, headers = remembered.replayed, {"Idempotency-Replayed": "true"}
    status, _, body = kept.partition(b" ")
    return Response(body, int(status), headers, "application/json")


def _kept(status: int, model: BaseModel) -> bytes:
    return f"{status} ".encode() + model.model_dump_json().encode()
