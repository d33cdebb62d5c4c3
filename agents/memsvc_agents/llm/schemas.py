"""JSON schemas in the form that every endpoint with strict output takes, and the same told in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

__all__ = ["json_instruction", "schema_of", "without_bounds"]

_BOUNDS = frozenset(
    {
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "pattern",
    }
)
_DROPPED = frozenset({"title", "default", "$defs"})


def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """Return the model's schema without references; every field is required and no other allowed.

    Raises ValueError for a model that holds itself.
    """
    schema = form.model_json_schema()
    closed = _closed(schema, schema.get("$defs", {}), ())
    assert isinstance(closed, dict)
    return closed


def without_bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without limits on numbers, lengths and patterns, which some endpoints refuse."""
    loose = _without_bounds(dict(schema))
    assert isinstance(loose, dict)
    return loose


def json_instruction(schema: Mapping[str, Any]) -> str:
    """Return the sentence that asks for JSON of a schema, for models that cannot be held to it."""
    told = json.dumps(schema, separators=(",", ":"))
    return f"Answer with one JSON value that follows this JSON schema, and nothing else: {told}"


def _closed(node: Any, definitions: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_closed(item, definitions, within) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name in within:
            raise ValueError(f"the form {name} holds itself, which has no schema without references")
        return _closed({**definitions[name], **_rest(node)}, definitions, (*within, name))
    closed = {
        key: _fields(value, definitions, within) if key == "properties" else _closed(value, definitions, within)
        for key, value in node.items()
        if key not in _DROPPED
    }
    if "properties" in closed:
        closed |= {"required": list(closed["properties"]), "additionalProperties": False}
    return closed


def _fields(fields: Mapping[str, Any], definitions: Mapping[str, Any], within: tuple[str, ...]) -> dict[str, Any]:
    """Close each field; their names are no keywords, so that one called `title` stays."""
    return {name: _closed(value, definitions, within) for name, value in fields.items()}


def _rest(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "$ref"}


def _without_bounds(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_bounds(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _without_bounds(field) for name, field in value.items()}
        if key == "properties"
        else _without_bounds(value)
        for key, value in node.items()
        if key not in _BOUNDS
    }
