"""Hypothesis strategies for metadata, notes, filters and selections that meet each other often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.filters import Filter, parse_filter
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind, Origin, Status
from memsvc.domain.selection import VISIBLE, Selection
from tests.support.drafts import T0, draft

__all__ = ["SESSIONS", "drafts", "filters", "metadata", "moments", "selections"]

SESSIONS = tuple(SessionId(name) for name in ("s-1", "s-2", "Ü'\"; --"))
_NAMES = ("a", "b", "ü", "with space", 'quo"te', "x-y", "0", "$[0]")
_STRINGS = ("", "a", "ab", "B", "ü", "%", "_", "\\", "'", '"', "1", "true", "null", "日本", "😀", "a\nb", "[1]")
_NUMBERS = (
    0,
    1,
    -1,
    2,
    0.0,
    1.0,
    1.5,
    -0.0,
    2**53,
    2**53 + 1,
    2**62,
    2**63 - 1,
    -(2**63) + 1,
    9.007199254740993e15,
    1e18,
    1e-300,
    0.1,
)

_text = st.sampled_from(_STRINGS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3
)
_number = st.sampled_from(_NUMBERS) | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e18, 1e18)
_scalar = st.none() | st.booleans() | _number | _text
_value = st.recursive(
    _scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3),
    max_leaves=5,
)
_path = st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3).map(lambda steps: ".".join(["metadata", *steps]))

metadata = st.dictionaries(st.sampled_from(_NAMES), _value, max_size=4)
moments = st.integers(-6, 6).map(lambda step: T0 + timedelta(seconds=step)) | st.integers(-6, 6).map(
    lambda step: T0 + timedelta(microseconds=step)
)


@st.composite
def drafts(draw: st.DrawFn, content: str) -> NoteDraft:
    return draft(
        content,
        kind=draw(st.sampled_from(Kind)),
        origin=draw(st.sampled_from(Origin)),
        trust=draw(st.sampled_from([0.0, 0.2, 0.5, 1.0])),
        session=draw(st.none() | st.sampled_from(SESSIONS)),
        status=draw(st.sampled_from(Status)),
        event_time=draw(moments),
        ingest_time=draw(moments),
        valid_from=draw(st.none() | moments),
        metadata=draw(metadata),
    )


def _operand(field: str, op: str) -> st.SearchStrategy[Any]:
    if op == "exists":
        return st.booleans()
    if field.endswith("_time"):
        one: st.SearchStrategy[Any] = moments.map(lambda moment: moment.isoformat())
    elif field in ("kind", "origin", "session"):
        one = st.sampled_from([*Kind, *Origin, *SESSIONS]).map(str) | _scalar
    else:
        one = _scalar
    if op == "in":
        return st.lists(one, max_size=4)
    if op in ("gt", "gte", "lt", "lte"):
        return one.filter(lambda value: value is not None and not isinstance(value, bool))
    return one


@st.composite
def _comparisons(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(_path | st.sampled_from(["kind", "origin", "session", "trust", "event_time", "ingest_time"]))
    operators = ["eq", "ne", "in", "gt", "gte", "lt", "lte", "exists", "contains"]
    op = draw(st.sampled_from(operators[:-1] if field.endswith("_time") else operators))
    return {"field": field, "op": op, "value": draw(_operand(field, op))}


def _trees(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    if depth == 1:
        return _comparisons()
    inner = _trees(depth - 1)
    parts = st.lists(inner, min_size=1, max_size=3)
    return (
        _comparisons()
        | st.builds(lambda part: {"not": part}, inner)
        | st.builds(lambda parts: {"and": parts}, parts)
        | st.builds(lambda parts: {"or": parts}, parts)
    )


filters: st.SearchStrategy[Filter] = _trees(4).map(parse_filter)


def _some(values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.frozensets(st.sampled_from(values), max_size=3)


selections: st.SearchStrategy[Selection] = st.builds(
    Selection,
    statuses=st.just(VISIBLE) | st.frozensets(st.sampled_from(Status), max_size=6),
    kinds=st.none() | _some(Kind),
    sessions=st.none() | _some(SESSIONS),
    event_from=st.none() | moments,
    event_to=st.none() | moments,
    as_of=st.none() | moments,
    known_at=st.none() | moments,
    condition=st.none() | filters,
)
