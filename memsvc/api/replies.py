"""Responses from wire models, or from plain values in their form, rendered once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response

__all__ = ["reply", "reply_plain"]


def reply(model: BaseModel, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    return Response(model.model_dump_json(), status, headers, "application/json")


def reply_plain(value: Mapping[str, Any]) -> Response:
    """Render plain values; times come out as the models write them."""
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), media_type="application/json")
