"""Bounds on free-form JSON and text that both databases can hold."""

from __future__ import annotations

import json
import math

from pydantic import JsonValue
from pydantic_core import PydanticCustomError

__all__ = ["MAX_METADATA_BYTES", "MAX_METADATA_DEPTH", "check_filter", "check_object", "check_text"]

MAX_METADATA_BYTES = 16 * 1024
MAX_METADATA_DEPTH = 8
_FILTER_JSON_DEPTH = 64
_INT64 = 2**63


def check_text(value: str) -> str:
    """Return the text; raises for NUL and for lone surrogates."""
    if "\x00" in value:
        raise PydanticCustomError("nul", "must not contain NUL (U+0000)")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise PydanticCustomError(
                "surrogate",
                "must be valid Unicode: a lone surrogate stands at character {at}",
                {"at": error.start},
            ) from None
    return value


def check_object(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the object; raises when it is too deep or large, or holds a number or text that cannot be kept."""
    if not value:
        return value
    _check_parts(value, MAX_METADATA_DEPTH)
    if len(json.dumps(value, ensure_ascii=False).encode()) > MAX_METADATA_BYTES:
        raise PydanticCustomError("size", "must not exceed {max} bytes of JSON", {"max": MAX_METADATA_BYTES})
    return value


def check_filter(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the filter if its texts and numbers can be kept; its form is the server's to check."""
    _check_parts(value, _FILTER_JSON_DEPTH)
    return value


def _check_parts(value: dict[str, JsonValue], max_depth: int) -> None:
    waiting: list[tuple[JsonValue, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, dict | list):
            if depth > max_depth:
                raise PydanticCustomError("depth", "must not nest deeper than {max}", {"max": max_depth})
            if isinstance(item, dict):
                for key in item:
                    check_text(key)
            waiting.extend((part, depth + 1) for part in (item.values() if isinstance(item, dict) else item))
        else:
            _check_scalar(item)


def _check_scalar(item: JsonValue) -> None:
    if isinstance(item, str):
        check_text(item)
    elif isinstance(item, float) and not math.isfinite(item):
        raise PydanticCustomError("finite", "numbers must be finite (no NaN or Infinity)")
    elif isinstance(item, int) and not -_INT64 <= item < _INT64:
        raise PydanticCustomError("range", "whole numbers must fit in 64 bits; send larger ones as strings")
