"""What pydantic found wrong, in words that say what to send instead; never the input itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from memsvc.wire.fields import NAME_PATTERN

__all__ = ["wording"]

_LIST = "must be a list"
_OBJECT = "must be an object"
_TIME = "is no time that exists; write it such as 2024-05-01T12:00:00Z"
_WORDS: Mapping[str, str] = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "datetime_parsing": _TIME,
    "datetime_type": _TIME,
    "dict_type": _OBJECT,
    "extra_forbidden": "is not a known field; leave it out, or check its spelling",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "frozen_set_type": _LIST,
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "list_type": _LIST,
    "missing": "is missing; send it",
    "model_attributes_type": _OBJECT,
    "model_type": _OBJECT,
    "set_type": _LIST,
    "string_type": "must be a string",
    "string_unicode": "must be valid Unicode in UTF-8",
    "tuple_type": _LIST,
    "union_tag_invalid": "has an unknown `type`",
    "union_tag_not_found": "has no `type`",
}
_BOUNDS: Mapping[str, str] = {
    "enum": "must be one of {expected}",
    "greater_than": "must be over {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be under {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "string_too_long": "must have at most {max_length} characters; shorten it",
    "too_long": "must have at most {max_length} entries; send the others by themselves",
}


_MADE_HERE = frozenset({"embedding", "embeddings", "key", "keys", "vector", "vectors"})
_OF_THE_SERVICE = frozenset({"principal", "trust"})


def wording(found: Mapping[str, Any]) -> str:
    """Return the words for one of pydantic's errors (with its context); those without words here keep its own."""
    kind, bounds = str(found["type"]), found.get("ctx", {})
    if kind in ("too_short", "string_too_short"):
        return _too_short(int(bounds["min_length"]), "character" if kind == "string_too_short" else "entry")
    if kind == "string_pattern_mismatch" and bounds["pattern"] == NAME_PATTERN:
        return "must be 1 to 128 letters, digits or any of ._:@+- and begin with a letter or digit"
    if kind == "extra_forbidden" and (own_words := _refused_member(found["loc"])):
        return own_words
    if kind in _BOUNDS:
        return _BOUNDS[kind].format_map(bounds)
    own = str(found["msg"])
    return _WORDS.get(kind, own.removeprefix("Value error, "))


def _too_short(least: int, unit: str) -> str:
    return f"is empty; send at least one {unit}" if least == 1 else f"is too short; send at least {least}"


def _refused_member(location: Sequence[int | str]) -> str | None:
    """Say of what only the service may give why it is not taken."""
    name = location[-1] if location else ""
    if name in _MADE_HERE:
        return "is not taken from clients: the service makes keys and vectors itself, so that none is unchecked"
    if name in _OF_THE_SERVICE:
        return "is not taken from clients: the service stamps it; send `origin` to lower the trust"
    return None
