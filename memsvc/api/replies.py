"""Responses from wire models, rendered once."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

__all__ = ["reply"]


def reply(model: BaseModel, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    return Response(model.model_dump_json(), status, headers, "application/json")
