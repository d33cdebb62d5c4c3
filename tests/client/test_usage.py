"""The SDK's view of what language models took."""

from __future__ import annotations

from datetime import date

from memsvc.client import Client
from memsvc.client.testing import MockTransport, json_answer

TOTALS = {
    "calls": 1,
    "cached": 0,
    "failed": 0,
    "prompt_tokens": 7,
    "completion_tokens": 1,
    "cost": 0.5,
    "milliseconds": 9,
}
LINE = {"day": "2026-05-01", "operation": "link", "model": "small", **TOTALS}
ANSWER = {"since": "2026-05-01", "until": "2026-05-02", "items": [LINE], "totals": TOTALS}


def test_usage_asks_for_days_and_namespace() -> None:
    transport = MockTransport([json_answer(ANSWER)])
    with Client(transport=transport) as client:
        found = client.usage(since=date(2026, 5, 1), until=date(2026, 5, 2), namespace="alice")
    assert transport.requests[0].target == "/v1/usage?since=2026-05-01&until=2026-05-02&namespace=alice"
    assert (found.items[0].day, found.totals.cost) == (date(2026, 5, 1), 0.5)


def test_usage_asks_for_the_last_days_by_default() -> None:
    transport = MockTransport([json_answer(ANSWER)])
    with Client(transport=transport) as client:
        client.usage()
    assert transport.requests[0].target == "/v1/usage"
