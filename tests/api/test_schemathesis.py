"""Generated requests for every route: no 5xx, no status, content type or body that the document lacks."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tools.openapi import document

SCHEMA = schemathesis.openapi.from_dict(json.loads(document()))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]
CASES = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or operation.label.split()[1].startswith("/v1")
]


@schemathesis.serializer("application/x-ndjson")
def ndjson(_, value):
    """Send what is generated as the only line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@pytest.mark.slow
@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_generated_requests_get_documented_answers(api, operation, mode):
    api.remember("tea")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answers_as_documented(case):
        sent = case.as_transport_kwargs(base_url="http://localhost")
        response = api.call(sent.pop("method"), sent.pop("url"), **_for_httpx(sent))
        case.validate_response(response, checks=CHECKS)

    answers_as_documented()


def _for_httpx(sent: dict) -> dict:
    kept = {name: sent[name] for name in ("headers", "params", "json") if sent.get(name) is not None}
    if sent.get("data") is not None:
        kept["content"] = sent["data"]
    return kept
