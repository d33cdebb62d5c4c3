"""What a Selection means: the truth table of `selects`."""

from __future__ import annotations

from typing import Any

import pytest

from memsvc.domain.filters import Compare
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.selection import Selection, selects
from tests.support.drafts import at
from tests.support.notes import NOTE

ALL = frozenset(Status)


def note(status: Status = Status.ACTIVE, **fields: Any) -> Note:
    """Return a note that happened at 10 and was learnt at 20."""
    return NOTE._replace(status=status, **fields)


@pytest.mark.parametrize(
    ("status", "by_default"),
    [
        (Status.ACTIVE, True),
        (Status.LIMITED, True),
        (Status.SUPERSEDED, False),
        (Status.MERGED, False),
        (Status.QUARANTINED, False),
        (Status.FORGOTTEN, False),
    ],
)
def test_statuses(status: Status, by_default: bool) -> None:
    assert selects(Selection(), note(status)) is by_default
    assert selects(Selection(statuses=frozenset({status})), note(status))
    assert not selects(Selection(statuses=ALL - {status}), note(status))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(kinds=frozenset({Kind.SUMMARY})), True),
        (Selection(kinds=frozenset({Kind.FACT})), False),
        (Selection(kinds=frozenset()), False),
        (Selection(sessions=frozenset({SessionId("s-1")})), True),
        (Selection(sessions=frozenset({SessionId("s-2")})), False),
        (Selection(sessions=frozenset()), False),
        (Selection(event_from=at(10)), True),
        (Selection(event_from=at(10.000001)), False),
        (Selection(event_to=at(10)), False),
        (Selection(event_to=at(10.000001)), True),
        (Selection(condition=Compare("kind", "eq", "summary")), True),
        (Selection(condition=Compare("kind", "eq", "fact")), False),
        (Selection(kinds=frozenset({Kind.SUMMARY}), event_to=at(10)), False),
    ],
)
def test_conditions_are_joined_by_and(selection: Selection, expected: bool) -> None:
    assert selects(selection, note()) is expected


def test_a_note_without_a_session_is_in_none() -> None:
    assert not selects(Selection(sessions=frozenset({SessionId("s-1")})), note(session=None))


@pytest.mark.parametrize(
    ("fields", "moment", "expected"),
    [
        ({}, 9, False),
        ({}, 10, True),
        ({"valid_from": at(5)}, 5, True),
        ({"valid_from": at(15)}, 14, False),
        ({"valid_to": at(30)}, 29, True),
        ({"valid_to": at(30)}, 30, False),
        ({"status": Status.SUPERSEDED, "valid_to": at(30)}, 29, True),
        ({"status": Status.SUPERSEDED, "valid_to": at(30)}, 30, False),
        ({"status": Status.SUPERSEDED}, 99, True),
        ({"status": Status.MERGED}, 99, True),
        ({"status": Status.QUARANTINED}, 99, False),
        ({"status": Status.FORGOTTEN}, 99, False),
    ],
)
def test_as_of(fields: dict[str, Any], moment: float, expected: bool) -> None:
    assert selects(Selection(as_of=at(moment)), note(**fields)) is expected


@pytest.mark.parametrize(
    ("fields", "moment", "expected"),
    [
        ({}, 19, False),
        ({}, 20, True),
        ({"status": Status.SUPERSEDED, "expired_at": at(40)}, 39, True),
        ({"status": Status.SUPERSEDED, "expired_at": at(40)}, 40, False),
        ({"status": Status.MERGED, "expired_at": at(40)}, 39, True),
        ({"status": Status.FORGOTTEN}, 99, False),
        ({"status": Status.QUARANTINED}, 99, False),
        ({"valid_to": at(21)}, 99, True),
    ],
)
def test_known_at(fields: dict[str, Any], moment: float, expected: bool) -> None:
    assert selects(Selection(known_at=at(moment)), note(**fields)) is expected


@pytest.mark.parametrize("moment", [{"as_of": at(50)}, {"known_at": at(50)}])
def test_a_forgotten_note_comes_with_a_time_only_when_asked_for(moment: dict[str, Any]) -> None:
    asked = Selection(statuses=frozenset({Status.FORGOTTEN}), **moment)
    assert selects(asked, note(Status.FORGOTTEN))


@pytest.mark.parametrize(
    ("as_of", "known_at", "expected"), [(29, 39, True), (30, 39, False), (29, 40, False), (9, 39, False)]
)
def test_both_axes_must_hold(as_of: float, known_at: float, expected: bool) -> None:
    old = note(Status.SUPERSEDED, valid_to=at(30), expired_at=at(40))
    assert selects(Selection(as_of=at(as_of), known_at=at(known_at)), old) is expected


def test_is_default() -> None:
    assert Selection().is_default
    assert not Selection(statuses=ALL).is_default
    assert not Selection(event_from=at(0)).is_default
