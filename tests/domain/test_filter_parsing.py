"""parse_filter: what it builds, and that its errors name the place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.filters import (
    MAX_FIELD_CHARS,
    MAX_FILTER_DEPTH,
    MAX_FILTER_NODES,
    MAX_FILTER_VALUES,
    MAX_PATH_STEPS,
    And,
    Compare,
    Filter,
    Not,
    Or,
    parse_filter,
)
from memsvc.errors import InvalidFilter

LEAF = {"field": "metadata.a", "op": "eq", "value": 1}


def compare(field: str = "metadata.a", op: str = "eq", **value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **value}


def nested(depth: int) -> dict[str, Any]:
    """Return a filter of that many levels."""
    data: dict[str, Any] = LEAF
    for _ in range(depth - 1):
        data = {"not": data}
    return data


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (LEAF, Compare("metadata.a", "eq", 1)),
        ({"not": LEAF}, Not(Compare("metadata.a", "eq", 1))),
        ({"and": [LEAF, LEAF]}, And((Compare("metadata.a", "eq", 1), Compare("metadata.a", "eq", 1)))),
        ({"or": [LEAF]}, Or((Compare("metadata.a", "eq", 1),))),
        (compare(op="exists"), Compare("metadata.a", "exists", True)),
        (compare(op="exists", value=False), Compare("metadata.a", "exists", False)),
        (compare(), Compare("metadata.a", "eq", None)),
        (compare(op="in", value=[1, "b", None]), Compare("metadata.a", "in", (1, "b", None))),
        (
            compare("event_time", "lt", value="1970-01-01T00:00:01Z"),
            Compare("event_time", "lt", 1_000_000),
        ),
        (
            compare("ingest_time", "in", value=["1970-01-01T01:00:00+01:00"]),
            Compare("ingest_time", "in", (0,)),
        ),
    ],
)
def test_a_filter_is_built(data: object, expected: Filter) -> None:
    assert parse_filter(data) == expected


def test_a_path_descends_by_dots() -> None:
    assert Compare("metadata.a.b c.d", "eq", 1).path == ("a", "b c", "d")
    assert Compare("kind", "eq", "fact").path == ()


WRONG: list[tuple[object, str]] = [
    (None, ""),
    ([LEAF], ""),
    ("text", ""),
    ({}, ""),
    ({"xor": [LEAF]}, ""),
    ({"and": [LEAF], "or": [LEAF]}, ""),
    ({**LEAF, "extra": 1}, ""),
    ({"field": "kind"}, ""),
    ({"op": "eq", "value": 1}, ""),
    ({"and": []}, "/and"),
    ({"or": LEAF}, "/or"),
    ({"and": [LEAF, {"or": [LEAF, 5]}]}, "/and/1/or/1"),
    ({"not": {"not": []}}, "/not/not"),
    (compare("content"), "/field"),
    (compare("metadata"), "/field"),
    (compare("metadata."), "/field"),
    (compare("metadata.a..b"), "/field"),
    ({"field": 5, "op": "eq"}, "/field"),
    (compare("status"), "/field"),
    (compare(op="like"), "/op"),
    ({"field": "kind", "op": ["eq"]}, "/op"),
    (compare(op="exists", value=1), "/value"),
    (compare(op="exists", value=None), "/value"),
    (compare(op="in", value="abc"), "/value"),
    (compare(op="in"), "/value"),
    (compare(op="in", value=[0] * 1001), "/value"),
    (compare(op="in", value=[1, [2]]), "/value/1"),
    (compare(op="in", value=[float("nan")]), "/value/0"),
    (compare(value=float("nan")), "/value"),
    (compare(value=float("inf")), "/value"),
    (compare(value=float("-inf")), "/value"),
    (compare(value=2**63), "/value"),
    (compare(value=-(2**63)), "/value"),
    (compare(value=10**400), "/value"),
    (compare(value="a\0b"), "/value"),
    (compare(value="\ud800"), "/value"),
    (compare(op="in", value=["a", "\0"]), "/value/1"),
    (compare("metadata.a\0", value=1), "/field"),
    (compare("metadata.\ud800", value=1), "/field"),
    (compare(value=[1]), "/value"),
    (compare(value={"a": 1}), "/value"),
    (compare(op="gt", value=None), "/value"),
    (compare(op="lte", value=True), "/value"),
    (compare(op="gte"), "/value"),
    (compare("event_time", value="yesterday"), "/value"),
    (compare("event_time", value=5), "/value"),
    (compare("event_time", "in", value=["2024-01-01T00:00:00Z", "x"]), "/value/1"),
    (compare("event_time", "contains", value="2024-01-01T00:00:00Z"), "/value"),
    (compare("ingest_time", value="0001-01-01T00:00:00+23:59"), "/value"),
    ({"and": [LEAF, compare("nope")]}, "/and/1/field"),
]


@pytest.mark.parametrize(("data", "pointer"), WRONG, ids=[f"{n}{pointer}" for n, (_, pointer) in enumerate(WRONG)])
def test_an_error_names_the_place(data: object, pointer: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(data)
    assert [error.pointer for error in caught.value.errors] == [f"/filter{pointer}"]
    assert caught.value.detail.startswith(f"filter at {pointer or '/'}: ")


def test_the_deepest_filter_is_taken() -> None:
    assert isinstance(parse_filter(nested(MAX_FILTER_DEPTH)), Not)


def test_a_deeper_filter_is_refused_at_its_place() -> None:
    with pytest.raises(InvalidFilter, match=f"deeper than {MAX_FILTER_DEPTH}") as caught:
        parse_filter(nested(MAX_FILTER_DEPTH + 1))
    assert caught.value.errors[0].pointer == "/filter" + "/not" * MAX_FILTER_DEPTH


def test_ten_thousand_levels_do_not_exhaust_the_stack() -> None:
    with pytest.raises(InvalidFilter):
        parse_filter(nested(10_000))


def test_the_most_conditions_are_taken() -> None:
    built = parse_filter({"and": [LEAF] * (MAX_FILTER_NODES - 1)})
    assert isinstance(built, And)
    assert len(built.parts) == MAX_FILTER_NODES - 1


def test_more_conditions_are_refused_at_their_place() -> None:
    with pytest.raises(InvalidFilter, match=f"more than {MAX_FILTER_NODES}") as caught:
        parse_filter({"and": [LEAF] * MAX_FILTER_NODES})
    assert caught.value.errors[0].pointer == f"/filter/and/{MAX_FILTER_NODES - 1}"


def _steps(count: int) -> dict[str, Any]:
    return compare("metadata" + ".a" * count, value=1)


def _chars(count: int) -> dict[str, Any]:
    return compare("metadata.".ljust(count, "a"), value=1)


def _values(count: int) -> dict[str, Any]:
    lists = [[1] * min(1000, count - start) for start in range(0, count, 1000)]
    return {"or": [compare(op="in", value=each) for each in lists]}


LIMITS = [
    (_steps, MAX_PATH_STEPS, "/field"),
    (_chars, MAX_FIELD_CHARS, "/field"),
    (_values, MAX_FILTER_VALUES, f"/or/{MAX_FILTER_VALUES // 1000}/value"),
]


@pytest.mark.parametrize(("make", "most", "_pointer"), LIMITS)
def test_the_most_is_taken(make: Callable[[int], dict[str, Any]], most: int, _pointer: str) -> None:
    assert hash(parse_filter(make(most))) is not None


@pytest.mark.parametrize(("make", "most", "pointer"), LIMITS)
def test_more_is_refused_at_its_place(make: Callable[[int], dict[str, Any]], most: int, pointer: str) -> None:
    with pytest.raises(InvalidFilter, match=f"{most}") as caught:
        parse_filter(make(most + 1))
    assert caught.value.errors[0].pointer == "/filter" + pointer


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["and", "or", "not", "field", "op", "value", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_json)
def test_any_json_is_a_filter_or_an_invalid_one(data: object) -> None:
    pointers = []
    try:
        parse_filter(data)
    except InvalidFilter as error:
        pointers = [wrong.pointer for wrong in error.errors]
    assert all(pointer.startswith("/filter") for pointer in pointers)
