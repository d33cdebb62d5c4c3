"""Mode tim over REST."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api

TEXTS = ["Alice drinks green tea", "Bob rides a red bicycle", "Carol grows tea in Assam"]


def ask(api: Api, **fields: Any) -> Any:
    return api.call("POST", "/v1/namespaces/ns/recall", json={"query": "tea", "mode": "tim", **fields})


def test_all_probes_find_every_thought(api: Api) -> None:
    for text in TEXTS:
        api.remember(text, kind="thought")
    api.remember("a fact about tea")

    assert sorted(hit["note"]["content"] for hit in ask(api, probes=16).json()["hits"]) == TEXTS


def test_a_namespace_without_thoughts_says_why_it_finds_none(api: Api) -> None:
    api.remember("a fact about tea")
    answer = ask(api).json()

    assert answer["hits"] == []
    assert answer["degraded"][0].startswith("tim: no thought is in a hash table yet")


@pytest.mark.parametrize("fields", [{"probes": 0}, {"probes": 5000}, {"probes": 2, "mode": "dense"}])
def test_probes_that_cannot_be_are_refused(api: Api, fields: dict[str, Any]) -> None:
    api.remember("a fact about tea")
    answer = ask(api, **fields)

    assert answer.status_code == 422
    assert "probes" in answer.text
