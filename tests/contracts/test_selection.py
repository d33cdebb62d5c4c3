"""Reader.matching_rows in each dimension of a Selection, with the answers written out."""

from __future__ import annotations

from typing import Any

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.filters import parse_filter
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind, Origin, Status
from memsvc.domain.selection import Selection
from memsvc.ports.storage import Storage
from tests.support.drafts import MODEL, SCOPE, T0, at, change, draft, put_vectors


def fill(storage: Storage) -> None:
    """Store notes a to g; d was superseded at 30 and had ended at 25, e was merged at 40."""
    drafts = [
        draft(
            "a", event_time=at(10), ingest_time=at(11), metadata={"n": 1, "tags": ["x", "y"], "deep": {"k": "v"}}
        ),
        draft("b", event_time=at(20), ingest_time=at(21), kind=Kind.SUMMARY, session="s-1", metadata={"n": 2.5}),
        draft(
            "c", event_time=at(30), ingest_time=at(31), status=Status.LIMITED, session="s-2", metadata={"n": "1"}
        ),
        draft(
            "d", event_time=at(15), ingest_time=at(16), valid_from=at(5), origin=Origin.TOOL_EXTERNAL, trust=0.4
        ),
        draft("e", event_time=at(12), ingest_time=at(13), metadata={"n": True}),
        draft("f", event_time=at(12), ingest_time=at(13), status=Status.QUARANTINED, metadata={"n": None}),
        draft("g", event_time=at(12), ingest_time=at(13), metadata={"n": [1]}),
    ]
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        for session in ("s-1", "s-2"):
            writer.put_session(SessionId(session), T0, {})
        put_vectors(writer, drafts)
        writer.add(drafts, actor="test")
    new = drafts[0].id
    change(
        storage,
        drafts[3].id,
        Operation.SUPERSEDED,
        Status.SUPERSEDED,
        at=at(30),
        valid_to=at(25),
        superseded_by=new,
    )
    change(storage, drafts[4].id, Operation.SUPERSEDED, Status.MERGED, at=at(40), superseded_by=new)
    change(storage, drafts[6].id, Operation.FORGOTTEN, Status.FORGOTTEN, at=at(50))


def found(storage: Storage, selection: Selection) -> str:
    with storage.reader(SCOPE) as reader:
        rows = reader.matching_rows(selection)
        assert reader.page(selection, after_row=0, limit=99) == reader.notes_by_row(rows.tolist())
        return "".join(note.content for note in reader.notes_by_row(rows.tolist()))


EVERY = frozenset(Status)
CASES: dict[str, tuple[Selection, str]] = {
    "default": (Selection(), "abc"),
    "every status": (Selection(statuses=EVERY), "abcdefg"),
    "no status": (Selection(statuses=frozenset()), ""),
    "superseded": (Selection(statuses=frozenset({Status.SUPERSEDED})), "d"),
    "kinds": (Selection(kinds=frozenset({Kind.SUMMARY, Kind.ROUND})), "b"),
    "no kinds": (Selection(kinds=frozenset()), ""),
    "sessions": (Selection(sessions=frozenset({SessionId("s-1"), SessionId("nowhere")})), "b"),
    "no sessions": (Selection(sessions=frozenset()), ""),
    "event_from is inclusive": (Selection(event_from=at(20)), "bc"),
    "event_to is exclusive": (Selection(event_to=at(20)), "a"),
    "event range": (Selection(event_from=at(15), event_to=at(30)), "b"),
    "as_of before all": (Selection(as_of=at(4)), ""),
    "as_of counts valid_from": (Selection(as_of=at(5)), "d"),
    "as_of keeps superseded ones that held": (Selection(as_of=at(24)), "abde"),
    "as_of drops what had ended": (Selection(as_of=at(25)), "abe"),
    "known_at before all": (Selection(known_at=at(10)), ""),
    "known_at keeps what was current": (Selection(known_at=at(29)), "abde"),
    "known_at drops what had expired": (Selection(known_at=at(30)), "abe"),
    "known_at after all": (Selection(known_at=at(99)), "abc"),
    "both times": (Selection(as_of=at(24), known_at=at(39)), "abe"),
    "times with quarantined asked for": (
        Selection(statuses=frozenset({Status.QUARANTINED}), as_of=at(13)),
        "def",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_selection(storage: Storage, name: str) -> None:
    fill(storage)
    selection, expected = CASES[name]
    assert found(storage, selection) == expected


CONDITIONS: list[tuple[dict[str, Any], str]] = [
    ({"field": "metadata.n", "op": "eq", "value": 1}, "a"),
    ({"field": "metadata.n", "op": "eq", "value": 1.0}, "a"),
    ({"field": "metadata.n", "op": "eq", "value": "1"}, "c"),
    ({"field": "metadata.n", "op": "eq", "value": True}, "e"),
    ({"field": "metadata.n", "op": "eq", "value": None}, "df"),
    ({"field": "metadata.n", "op": "ne", "value": 1}, "bcdefg"),
    ({"field": "metadata.n", "op": "ne", "value": None}, "abceg"),
    ({"field": "metadata.n", "op": "in", "value": [1, "1", False]}, "ac"),
    ({"field": "metadata.n", "op": "in", "value": []}, ""),
    ({"field": "metadata.n", "op": "in", "value": [None, 2.5]}, "bdf"),
    ({"field": "metadata.n", "op": "gt", "value": 1}, "b"),
    ({"field": "metadata.n", "op": "gte", "value": 1}, "ab"),
    ({"field": "metadata.n", "op": "lt", "value": "2"}, "c"),
    ({"field": "metadata.n", "op": "lte", "value": 2.5}, "ab"),
    ({"field": "metadata.n", "op": "exists"}, "abceg"),
    ({"field": "metadata.n", "op": "exists", "value": False}, "df"),
    ({"field": "metadata.n", "op": "contains", "value": 1}, "g"),
    ({"field": "metadata.n", "op": "contains", "value": "1"}, "c"),
    ({"field": "metadata.tags", "op": "contains", "value": "y"}, "a"),
    ({"field": "metadata.deep.k", "op": "eq", "value": "v"}, "a"),
    ({"field": "metadata.deep", "op": "eq", "value": "v"}, ""),
    ({"field": "kind", "op": "eq", "value": "summary"}, "b"),
    ({"field": "kind", "op": "contains", "value": "umm"}, "b"),
    ({"field": "origin", "op": "ne", "value": "direct_user"}, "d"),
    ({"field": "session", "op": "in", "value": ["s-1", "s-2"]}, "bc"),
    ({"field": "session", "op": "exists", "value": False}, "adefg"),
    ({"field": "trust", "op": "lt", "value": 0.5}, "d"),
    ({"field": "event_time", "op": "gte", "value": "2024-03-01T12:00:20Z"}, "bc"),
    ({"field": "ingest_time", "op": "lt", "value": "2024-03-01T13:00:13+01:00"}, "a"),
    ({"field": "event_time", "op": "eq", "value": "2024-03-01T12:00:15"}, "d"),
    ({"not": {"field": "metadata.n", "op": "gt", "value": 1}}, "acdefg"),
    (
        {
            "or": [
                {"field": "metadata.n", "op": "eq", "value": 1},
                {"and": [{"field": "session", "op": "exists"}, {"field": "kind", "op": "eq", "value": "fact"}]},
            ]
        },
        "ac",
    ),
]


@pytest.mark.parametrize(("data", "expected"), CONDITIONS)
def test_condition(storage: Storage, data: dict[str, Any], expected: str) -> None:
    fill(storage)
    assert found(storage, Selection(statuses=EVERY, condition=parse_filter(data))) == expected


def test_a_deep_filter_of_many_conditions(storage: Storage) -> None:
    fill(storage)
    data: dict[str, Any] = {"field": "metadata.n", "op": "eq", "value": 1}
    for _ in range(14):
        data = {"not": data}
    parts = [{"field": f"metadata.absent{n}", "op": "eq", "value": n} for n in range(200)]
    condition = parse_filter({"or": [data, *parts]})
    assert found(storage, Selection(condition=condition)) == "a"


def test_a_thousand_values_and_sessions(storage: Storage) -> None:
    fill(storage)
    values = [f"v{n}" for n in range(998)]
    condition = parse_filter({"field": "metadata.n", "op": "in", "value": [*values, 2.5]})
    sessions = frozenset(SessionId(f"s-{n}") for n in range(2000))
    assert found(storage, Selection(sessions=sessions, condition=condition)) == "b"
