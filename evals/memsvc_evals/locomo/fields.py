"""Fields of a JSON object, checked, with errors that say where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from memsvc.errors import InvalidInput

__all__ = ["fail", "list_at", "object_at", "text_at"]


def fail(where: str, problem: str) -> NoReturn:
    raise InvalidInput(f"{where}: {problem}")


def object_at(value: object, where: str) -> Mapping[str, object]:
    """Return the value as an object; raises InvalidInput."""
    if not isinstance(value, Mapping):
        fail(where, "is missing" if value is None else f"must be an object, not {type(value).__name__}")
    return value


def list_at(data: Mapping[str, object], field: str, where: str) -> list[object]:
    """Return a list; raises InvalidInput that names the field."""
    value = data.get(field)
    if not isinstance(value, list):
        fail(f"{where}: {field}", "is missing" if value is None else f"must be a list, not {type(value).__name__}")
    return value


def text_at(data: Mapping[str, object], field: str, where: str, *, blank: bool = False) -> str:
    """Return a text that UTF-8 can hold (empty only if `blank`); raises InvalidInput that names the field."""
    value = data.get(field)
    place = f"{where}: {field}"
    if not isinstance(value, str):
        fail(place, "is missing" if value is None else f"must be a string, not {type(value).__name__}")
    if not value.strip() and not blank:
        fail(place, "must not be empty")
    try:
        value.encode()
    except UnicodeEncodeError:
        fail(place, "holds half of a surrogate pair")
    return value
