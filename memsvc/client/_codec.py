"""Requests from wire models, and wire models from outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError

from memsvc.client._exchange import Outcome, Request
from memsvc.client._problems import checked
from memsvc.errors import FieldError, InvalidInput, ServerFault
from memsvc.wire.wording import wording

__all__ = ["build", "get", "invalid", "path", "post", "query", "reader"]

M = TypeVar("M", bound=BaseModel)

_JSON: Mapping[str, str] = {"content-type": "application/json"}


def build(kind: type[M], fields: Mapping[str, Any]) -> M:
    """Return a validated model; raises InvalidInput with a pointer to each wrong field."""
    try:
        return kind(**fields)
    except ValidationError as error:
        raise invalid(error) from error


def invalid(error: ValidationError, prefix: str = "") -> InvalidInput:
    """Return the error of the tree for a model that did not validate; it never repeats the input."""
    wrong = [
        FieldError(prefix + "".join(f"/{part}" for part in entry["loc"]), wording(entry))
        for entry in error.errors(include_input=False, include_url=False)
    ]
    return InvalidInput("; ".join(f"{w.pointer or '/'}: {w.message}" for w in wrong), errors=wrong)


def path(*segments: str) -> str:
    """Return a path below /v1 with every segment encoded."""
    return "/v1/" + "/".join(quote(segment, safe="") for segment in segments)


def query(target: str, parameters: Mapping[str, Any]) -> str:
    """Append the parameters that are not None; a collection repeats its name."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{target}?{urlencode(given, doseq=True)}" if given else target


def get(target: str) -> Request:
    return Request("GET", target)


def post(
    target: str,
    body: BaseModel,
    *,
    key: str | None = None,
    repeatable: bool = True,
) -> Request:
    """Return a POST of the fields that were set; `key` becomes its Idempotency-Key."""
    headers = _JSON if key is None else {**_JSON, "idempotency-key": key}
    return Request("POST", target, body.model_dump_json(exclude_unset=True).encode(), headers, repeatable)


def reader(kind: type[M]) -> Callable[[Outcome], M]:
    """Return how an outcome with this model as its body is read."""

    def read(outcome: Outcome) -> M:
        answer = checked(outcome)
        try:
            return kind.model_validate_json(answer.body)
        except ValidationError as error:
            raise ServerFault(
                f"the answer is no {kind.__name__}: {invalid(error).detail}; is this the URL of memsvc?"
            ) from error

    return read
