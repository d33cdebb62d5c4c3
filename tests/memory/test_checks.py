"""What is refused before anything is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.errors import InvalidInput, MemsvcError, PayloadTooLarge
from memsvc.memory.checks import Limits, check_item, check_metadata, check_query_text, check_session

NOW = datetime(2024, 5, 1, tzinfo=UTC)
LIMITS = Limits(content_chars=100, metadata_bytes=200, metadata_depth=3, turns=5, query_chars=50)


@pytest.mark.parametrize(
    ("item", "error", "part"),
    [
        (NewItem(" \n"), InvalidInput, "/content is empty"),
        (NewItem("a\0b"), InvalidInput, "NUL"),
        (NewItem("a\ud800"), InvalidInput, "surrogate"),
        (NewItem("x" * 101), PayloadTooLarge, "/content has 101"),
        (NewItem("x", event_time=NOW + timedelta(days=2)), InvalidInput, "future"),
        (NewItem("x", event_time=datetime(2024, 1, 1)), InvalidInput, "time zone"),  # noqa: DTZ001
        (NewItem("x", session=SessionId("s" * 257)), InvalidInput, "/session"),
        (NewItem("x", metadata={"a": "b" * 300}), PayloadTooLarge, "/metadata"),
    ],
)
def test_an_item_that_cannot_be_stored_is_refused(item: NewItem, error: type[MemsvcError], part: str) -> None:
    with pytest.raises(error, match=part):
        check_item(item, LIMITS, NOW)


def test_an_item_within_the_limits_is_taken() -> None:
    check_item(NewItem("x" * 100, event_time=NOW + timedelta(hours=23), metadata={"a": [1, None]}), LIMITS, NOW)


@pytest.mark.parametrize(
    ("turns", "part"),
    [
        ((), "/turns is empty"),
        ((NewTurn("user", "a"),) * 6, "/turns has 6"),
        ((NewTurn("", "a"),), "/turns/0/role"),
        ((NewTurn("user", "a"), NewTurn("user", "\0")), "/turns/1/content"),
        ((NewTurn("user", " "),), "only blank"),
    ],
)
def test_a_session_that_cannot_be_stored_is_refused(turns: tuple[NewTurn, ...], part: str) -> None:
    with pytest.raises(MemsvcError, match=part):
        check_session(NewSession(turns), LIMITS, NOW)


@pytest.mark.parametrize(
    ("metadata", "part"),
    [
        ({"a": float("nan")}, "/metadata/a"),
        ({"a": float("inf")}, "/metadata/a"),
        ({"a": 2**63}, "64 bits"),
        ({"a": {"b": {"c": {"d": 1}}}}, "too deeply"),
        ({"a": object()}, "not a JSON value"),
        ({1: "a"}, "not a string"),
        ({"a\0": 1}, "NUL"),
    ],
)
def test_metadata_must_be_bounded_json(metadata: Any, part: str) -> None:
    with pytest.raises(InvalidInput, match=part):
        check_metadata(metadata, LIMITS)


@pytest.mark.parametrize("text", ["", "  ", "x" * 51, "a\0", "\udfff"])
def test_a_question_that_cannot_be_asked_is_refused(text: str) -> None:
    with pytest.raises(MemsvcError, match="/query"):
        check_query_text(text, LIMITS)
