"""GET /v1/usage: calls of language models by day, operation and model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from memsvc.domain.scope import Scope
from memsvc.domain.usage import LlmCall

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = {"since": "2026-05-01", "until": "2026-05-01"}


def spend(api, *, namespace="ns", at=NOW, tenant="local", outcome="answered", **figures):
    call = LlmCall("link", "small", outcome, at, **{"prompt_tokens": 100, "completion_tokens": 7, **figures})
    api.parts.storage.llm_ledger.record(Scope.of(tenant, namespace), call)


def usage(api, *, key=None, **params):
    response = api.call("GET", "/v1/usage", params=params, key=key)
    assert response.status_code == 200, response.text
    return response.json()


def test_nothing_was_used(api):
    found = usage(api, **DAY)
    assert (found["items"], found["totals"]["calls"], found["totals"]["cost"]) == ([], 0, 0)


def test_calls_are_summed(api):
    spend(api, cost=0.5, milliseconds=30)
    spend(api, cost=0.25, outcome="llm-bad-reply")
    spend(api, outcome="cached", prompt_tokens=0, completion_tokens=0)
    found = usage(api, **DAY)
    expected = {
        "calls": 2,
        "cached": 1,
        "failed": 1,
        "prompt_tokens": 200,
        "completion_tokens": 14,
        "cost": 0.75,
        "milliseconds": 30,
    }
    assert found["items"] == [{"day": "2026-05-01", "operation": "link", "model": "small", **expected}]
    assert found["totals"] == expected


def test_days_and_namespace_narrow_it(api):
    spend(api)
    spend(api, at=NOW - timedelta(days=1))
    spend(api, namespace="other")
    assert usage(api, **DAY)["totals"]["calls"] == 2
    assert usage(api, since="2026-04-30", until="2026-05-01", namespace="ns")["totals"]["calls"] == 2


def test_a_month_up_to_the_last_day_is_the_default(api):
    found = usage(api, until="2026-05-01")
    assert (found["since"], found["until"]) == ("2026-04-02", "2026-05-01")


def test_the_first_days_of_all_have_no_month_before(api):
    assert usage(api, until="0001-01-05")["since"] == "0001-01-01"


def test_a_key_sees_its_tenant_alone(make_api):
    api = make_api(auth="keys")
    spend(api, tenant="acme")
    assert usage(api, key=api.mint("acme"), **DAY)["totals"]["calls"] == 1
    assert usage(api, key=api.mint("other"), **DAY)["totals"]["calls"] == 0


@pytest.mark.parametrize("value", ["yesterday", "1746100800", "2026-05-01T00:00:00Z", "2026-02-30", ""])
def test_what_is_no_day_is_refused(api, value):
    response = api.call("GET", "/v1/usage", params={"since": value})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/query/since")


def test_days_in_the_wrong_order_are_refused(api):
    response = api.call("GET", "/v1/usage", params={"since": "2026-05-02", "until": "2026-05-01"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid-input")
