"""The OpenAPI document: every status and body that a route can answer with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from memsvc import wire
from memsvc.api.endpoints import Endpoint
from memsvc.api.problems import PROBLEM_JSON

__all__ = ["describe", "install_openapi"]

_TEMPLATE = "#/components/schemas/{model}"
_ALWAYS = frozenset({401, 403, 422, 500, 503})
_WITH_BODY = frozenset({413, 415})
_SECURITY: list[dict[str, list[str]]] = [{"key": []}, {}]
_OPERATIONS = (wire.Health, wire.Readiness, wire.Version)
_TITLES = {
    400: "The cursor is not valid here",
    401: "No valid key",
    403: "The key lacks the scope, or a keyless call came by a foreign host name",
    404: "There is no such object in the caller's tenant",
    409: "The state does not allow it",
    412: "If-Match names another version",
    413: "The body is too large",
    415: "The content type is not taken",
    422: "The request is not valid",
    428: "If-Match is missing",
    500: "The server failed",
    503: "Try again later",
    507: "The disk is full; nothing was stored",
}


def describe(endpoint: Endpoint) -> dict[str, Any]:
    """Return the arguments of `add_api_route` that document the endpoint."""
    extra: dict[str, Any] = {"security": _SECURITY, "x-scope": endpoint.scope}
    errors = _ALWAYS | endpoint.errors
    if endpoint.body is not None:
        errors |= _WITH_BODY
        extra["requestBody"] = {
            "required": not endpoint.body_optional,
            "content": {endpoint.request_media_type: {"schema": _ref(endpoint.body)}},
        }
    responses = {
        status: _success(status, model, endpoint.media_type, also=endpoint.also)
        for status, model in endpoint.answers.items()
    }
    return {
        "openapi_extra": extra,
        "responses": responses | {status: _problem(status) for status in sorted(errors)},
        "status_code": min(endpoint.answers),
        "tags": [endpoint.path.split("/")[3 if endpoint.path.count("/") > 2 else 2].strip("{}")],
    }


def install_openapi(app: FastAPI, endpoints: Iterable[Endpoint]) -> None:
    """Make /openapi.json carry the wire models as components."""
    known = tuple(endpoints)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, known)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI, endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
    )
    models: dict[type[BaseModel], JsonSchemaMode] = dict.fromkeys(_OPERATIONS, "serialization")
    models[wire.Problem] = "serialization"
    for endpoint in endpoints:
        if endpoint.body is not None:
            models[endpoint.body] = "validation"
        models.update({model: "serialization" for model in endpoint.answers.values() if model is not None})
    _, schema = models_json_schema(list(models.items()), ref_template=_TEMPLATE)
    components = document.setdefault("components", {})
    components["schemas"] = dict(sorted(schema["$defs"].items()))
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key: mk_<id>_<secret>."}
    }
    return document


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _TEMPLATE.format(model=model.__name__)}


def _success(
    status: int, model: type[BaseModel] | None, media_type: str, *, also: Iterable[str] = ()
) -> dict[str, Any]:
    if model is None:
        return {"description": "Not modified" if status == 304 else "Done"}
    others = {other: {"schema": {"type": "string"}} for other in also}
    return {"description": "Done", "content": {media_type: {"schema": _ref(model)}, **others}}


def _problem(status: int) -> dict[str, Any]:
    return {"description": _TITLES[status], "content": {PROBLEM_JSON: {"schema": _ref(wire.Problem)}}}
