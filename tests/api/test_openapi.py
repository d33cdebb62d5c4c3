"""The committed OpenAPI document."""

from __future__ import annotations

import json
import re
from pathlib import Path

from memsvc.api.routes import ENDPOINTS
from tools.openapi import TARGET, document


def test_the_committed_document_is_current():
    assert TARGET.read_text() == document(), "run: python tools/openapi.py"


def test_every_reference_resolves():
    text = TARGET.read_text()
    schemas = json.loads(text)["components"]["schemas"]

    missing = {name for name in re.findall(r'"#/components/schemas/([^"]+)"', text) if name not in schemas}

    assert missing == set()


def test_every_route_of_v1_documents_problems_and_a_success():
    paths = json.loads(TARGET.read_text())["paths"]
    lacking = [
        (method, path)
        for path, operations in paths.items()
        if path.startswith("/v1")
        for method, operation in operations.items()
        if not {"401", "403", "422", "500", "503"} < set(operation["responses"])
        or not any(status.startswith("2") for status in operation["responses"])
    ]

    assert lacking == []


def test_every_route_is_described_in_the_api_page():
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    paths = json.loads(TARGET.read_text())["paths"]
    named = [f"{method.upper()} {path}" for path, operations in paths.items() for method in operations]

    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_api_page_says_which_scope_a_route_needs():
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    rows = [f"| `{each.method} {each.path}` | {each.scope} |" for each in ENDPOINTS]

    assert [row for row in rows if row not in page] == []
