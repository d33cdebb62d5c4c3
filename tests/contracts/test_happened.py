"""Reader.happened: which notes are of a time, by their own or by that of an event, on every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.notes import Key, KeyKind
from memsvc.domain.scope import Scope
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, T0, at, draft, forget, purge, sha256, store

MICROSECOND = timedelta(microseconds=1)
START, END = at(100), at(200)


def happened(storage: Storage, *rows: int | None, start: datetime = START, end: datetime = END) -> list[int]:
    with storage.reader(SCOPE) as reader:
        found = reader.happened([row for row in rows if row is not None], start, end)
    assert found.dtype == np.int64
    return found.tolist()


def with_event(content: str, first: datetime, last: datetime) -> NoteDraft:
    """Return a draft of T0 with an event from `first` to `last`, inclusive."""
    sent = draft(content)
    text = f"event of {content}"
    return replace(
        sent, keys=(*sent.keys, Key(KeyKind.EVENT, sha256(text), text=text, event_start=first, event_end=last))
    )


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (START - MICROSECOND, False),
        (START, True),
        (START + MICROSECOND, True),
        (END - MICROSECOND, True),
        (END, False),
        (END + MICROSECOND, False),
    ],
)
def test_a_notes_time_from_start_until_before_end(storage: Storage, moment: datetime, found: bool) -> None:
    (added,) = store(storage, draft("a", event_time=moment))
    assert happened(storage, added.row) == ([added.row] if found else [])


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (at(0), START - MICROSECOND, False),
        (at(0), START, True),
        (at(0), at(900), True),
        (at(120), at(130), True),
        (at(120), at(120), True),
        (END - MICROSECOND, at(900), True),
        (END, at(900), False),
    ],
)
def test_an_event_that_overlaps(storage: Storage, first: datetime, last: datetime, found: bool) -> None:
    (added,) = store(storage, with_event("a", first, last))
    assert happened(storage, added.row) == ([added.row] if found else [])


def test_an_empty_range_holds_nothing_of_its_moment(storage: Storage) -> None:
    (added,) = store(storage, draft("a", event_time=START))
    assert happened(storage, added.row, end=START) == []


def test_bounds_of_another_zone_are_the_same_moments(storage: Storage) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    (added,) = store(storage, draft("a", event_time=START))
    assert happened(storage, added.row, start=START.astimezone(east), end=END.astimezone(east)) == [added.row]


def test_times_before_1970(storage: Storage) -> None:
    moment = datetime(1931, 4, 1, tzinfo=UTC)
    (added,) = store(storage, draft("a", event_time=moment))
    assert happened(storage, added.row, start=moment, end=moment + MICROSECOND) == [added.row]
    assert happened(storage, added.row, start=moment + MICROSECOND, end=T0) == []


def test_rows_come_once_and_ascending_and_only_those_asked_for(storage: Storage) -> None:
    both = replace(with_event("both", at(110), at(120)), event_time=at(110))
    added = store(storage, draft("a", event_time=at(110)), both, draft("c", event_time=at(110)))
    one, two, _ = (each.row for each in added)
    assert happened(storage, two, one, two) == [one, two]


def test_a_note_with_two_events_comes_once(storage: Storage) -> None:
    sent = with_event("a", at(110), at(120))
    again = with_event("again", at(130), at(140)).keys[-1]
    (added,) = store(storage, replace(sent, keys=(*sent.keys, again)))
    assert happened(storage, added.row) == [added.row]


def test_hidden_notes_are_found_and_purged_ones_are_not(storage: Storage) -> None:
    hidden, gone = with_event("hidden", at(110), at(120)), with_event("gone", at(110), at(120))
    added = store(storage, hidden, gone)
    forget(storage, hidden.id)
    purge(storage, gone.id)
    assert happened(storage, *(one.row for one in added)) == [added[0].row]


@pytest.mark.parametrize("other", [Scope.of(SCOPE.tenant, "space-2"), Scope.of("tenant-b", SCOPE.namespace)])
def test_another_scopes_notes_never(storage: Storage, other: Scope) -> None:
    (mine,) = store(storage, draft("a", event_time=at(110)))
    theirs = store(storage, draft("b", event_time=at(110)), with_event("c", at(110), at(120)), scope=other)
    assert happened(storage, mine.row, *(one.row for one in theirs)) == [mine.row]


def test_nothing_is_asked_for(storage: Storage) -> None:
    store(storage, draft("a", event_time=at(110)))
    assert happened(storage) == []


def test_a_namespace_that_does_not_exist_has_nothing(storage: Storage) -> None:
    assert happened(storage, 1, 2) == []


moments = st.integers(-3, 3).map(lambda step: START + step * MICROSECOND)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(moments, moments, moments), min_size=1, max_size=5), moments, moments)
def test_every_store_finds_what_the_definition_says(storage: Storage, given_notes, start, end) -> None:
    drafts = [
        replace(with_event(f"note {n}", min(a, b), max(a, b)), event_time=moment)
        for n, (moment, a, b) in enumerate(given_notes)
    ]
    rows = [added.row or 0 for added in store(storage, *(replace(each, dedupe=each.id) for each in drafts))]
    expected = [
        row
        for row, (moment, a, b) in zip(rows, given_notes, strict=True)
        if start <= moment < end or (min(a, b) < end and max(a, b) >= start)
    ]
    assert happened(storage, *rows, start=start, end=end) == expected
