"""What a filter means: the truth table of `matches`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from memsvc.domain.filters import And, Compare, Filter, Not, Or, matches
from memsvc.domain.notes import Json, Kind, Origin
from memsvc.domain.time import to_microseconds
from tests.support.examples import filters, metadata
from tests.support.notes import NOTE


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()
# One line per stored value: the operands that each operator accepts, out of OPERANDS.
OPERANDS: dict[str, Json] = {
    "null": None,
    "true": True,
    "false": False,
    "0": 0,
    "1": 1,
    "1.0": 1.0,
    "1.5": 1.5,
    "'1'": "1",
    "''": "",
    "'a'": "a",
    "'ab'": "ab",
    "'ü'": "ü",
}
EQUALS: list[tuple[Any, str]] = [
    (ABSENT, "null"),
    (None, "null"),
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (0.0, "0"),
    (1, "1 1.0"),
    (1.5, "1.5"),
    ("1", "'1'"),
    ("", "''"),
    ("ab", "'ab'"),
    ([1], ""),
    ([], ""),
    ({}, ""),
    ({"a": 1}, ""),
]


def holds(stored: Any, op: str, operand: Json) -> bool:
    found = {} if stored is ABSENT else {"x": stored}
    return matches(Compare("metadata.x", op, operand), NOTE._replace(metadata=found))


def accepted(stored: Any, op: str) -> set[str]:
    return {name for name, operand in OPERANDS.items() if holds(stored, op, operand)}


@pytest.mark.parametrize(("stored", "equal"), EQUALS, ids=repr)
def test_eq_and_ne_are_opposites(stored: Any, equal: str) -> None:
    assert accepted(stored, "eq") == set(equal.split())
    assert accepted(stored, "ne") == set(OPERANDS) - set(equal.split())


@pytest.mark.parametrize(("stored", "equal"), EQUALS, ids=repr)
def test_in_is_eq_to_any(stored: Any, equal: str) -> None:
    for name, operand in OPERANDS.items():
        assert holds(stored, "in", ["nowhere", operand]) == (name in equal.split())
    assert not holds(stored, "in", [])


@pytest.mark.parametrize(
    ("stored", "there"), [(ABSENT, False), (None, False), (False, True), ("", True), ([], True)]
)
def test_exists(stored: Any, there: bool) -> None:
    assert (holds(stored, "exists", True), holds(stored, "exists", False)) == (there, not there)


@pytest.mark.parametrize(
    ("stored", "operand", "true_for"),
    [
        (1, 2, "lt lte"),
        (2, 2, "lte gte"),
        (2, 2.0, "lte gte"),
        (2.5, 2, "gt gte"),
        (2**62 + 1, 2**62, "gt gte"),
        (2**53 + 1, float(2**53), "gt gte"),
        ("a", "b", "lt lte"),
        ("B", "a", "lt lte"),
        ("z", "ü", "lt lte"),
        ("\uffff", "😀", "lt lte"),
        ("a", "a", "lte gte"),
        ("ab", "a", "gt gte"),
        ("10", "9", "lt lte"),
        ("1", 2, ""),
        (1, "2", ""),
        (True, 0, ""),
        (True, "a", ""),
        (None, 0, ""),
        (ABSENT, "", ""),
        ([1], 0, ""),
        ({"a": 1}, 0, ""),
    ],
    ids=repr,
)
def test_order(stored: Any, operand: Json, true_for: str) -> None:
    assert {op for op in ("gt", "gte", "lt", "lte") if holds(stored, op, operand)} == set(true_for.split())


@pytest.mark.parametrize(
    ("stored", "operand", "expected"),
    [
        ("green tea", "tea", True),
        ("green tea", "Tea", False),
        ("green tea", "", True),
        ("100%", "%", True),
        ("1001", "%", False),
        ("a_b", "_", True),
        ("ab", "_", False),
        ("1", 1, False),
        (["a", 1, True, None], "a", True),
        (["a", 1, True, None], 1, True),
        (["a", 1, True, None], 1.0, True),
        ([True], 1, False),
        ([1], True, False),
        (["ab"], "a", False),
        ([None], None, False),
        ([[1]], 1, False),
        ([], "a", False),
        ({"a": 1}, "a", False),
        (5, 5, False),
        (None, "a", False),
        (ABSENT, "a", False),
    ],
    ids=repr,
)
def test_contains(stored: Any, operand: Json, expected: bool) -> None:
    assert holds(stored, "contains", operand) is expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("metadata.a", False),
        ("metadata.a.b", True),
        ("metadata.a.b.c", False),
        ("metadata.list.0", False),
        ("metadata.text.length", False),
    ],
)
def test_paths_descend_into_objects_only(field: str, expected: bool) -> None:
    note = NOTE._replace(metadata={"a": {"b": 1}, "list": [1], "text": "abc"})
    assert matches(Compare(field, "eq", 1), note) is expected


@pytest.mark.parametrize(
    "condition",
    [
        Compare("kind", "eq", Kind.SUMMARY.value),
        Compare("origin", "eq", Origin.TOOL_INTERNAL.value),
        Compare("session", "eq", "s-1"),
        Compare("trust", "eq", 0.8),
        Compare("event_time", "eq", to_microseconds(NOTE.event_time)),
        Compare("ingest_time", "eq", to_microseconds(NOTE.ingest_time)),
    ],
    ids=lambda condition: condition.field,
)
def test_columns(condition: Compare) -> None:
    assert matches(condition, NOTE)
    assert not matches(replace(condition, op="ne"), NOTE)


def test_a_note_without_a_session_has_none() -> None:
    lone = NOTE._replace(session=None)
    assert matches(Compare("session", "exists", False), lone)
    assert matches(Compare("session", "ne", "s-1"), lone)
    assert not matches(Compare("session", "in", ["s-1", "s-2"]), lone)


TRUE, FALSE = Compare("kind", "exists", True), Compare("kind", "exists", False)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (And((TRUE, TRUE)), True),
        (And((TRUE, FALSE)), False),
        (Or((FALSE, TRUE)), True),
        (Or((FALSE, FALSE)), False),
        (Not(TRUE), False),
        (Not(FALSE), True),
        (Not(And((TRUE, Or((FALSE, FALSE))))), True),
    ],
)
def test_joints(condition: Filter, expected: bool) -> None:
    assert matches(condition, NOTE) is expected


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(filters, filters, metadata)
def test_the_laws_of_de_morgan_hold(first: Filter, second: Filter, stored: dict[str, Json]) -> None:
    note = NOTE._replace(metadata=stored)
    assert matches(Not(And((first, second))), note) == matches(Or((Not(first), Not(second))), note)
