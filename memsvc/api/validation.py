"""From what pydantic found wrong to errors that name the place and never repeat the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from memsvc.errors import FieldError, InvalidInput
from memsvc.wire.wording import wording

__all__ = ["invalid", "parse"]

_MAX_ERRORS = 50
_MAX_PART = 64
T = TypeVar("T", bound=BaseModel)


def parse(model: type[T], body: bytes, *, what: str = "the body") -> T:
    """Return the body as the model; raises InvalidInput with a JSON pointer to each wrong place."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise invalid(f"{what} is not valid", found) from None


def invalid(summary: str, found: Iterable[Mapping[str, Any]]) -> InvalidInput:
    """Return the error for pydantic's list of faults."""
    errors = [FieldError(_pointer(item["loc"]), _message(item)) for item in _causes(list(found))[:_MAX_ERRORS]]
    first = errors[0]
    return InvalidInput(f"{summary}: {first.pointer or '/'}: {first.message}", errors=errors)


def _causes(found: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out lists that are too short only because their items are wrong."""
    places = [tuple(item["loc"]) for item in found]

    def follows(item: Mapping[str, Any]) -> bool:
        own = tuple(item["loc"])
        return item["type"] == "too_short" and any(p != own and p[: len(own)] == own for p in places)

    return [item for item in found if not follows(item)]


def _pointer(location: Iterable[int | str]) -> str:
    parts = (str(part)[:_MAX_PART].replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] != "json_invalid":
        return wording(item)
    text = str(item["msg"])
    if "recursion" in text:
        return f"{text}; it nests too deeply"
    if "hex escape" in text or "unicode" in text:
        return f"{text}; strings must be valid Unicode in UTF-8, without lone surrogates"
    return text
