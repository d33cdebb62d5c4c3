"""Which thoughts contradict one another, and which of the two stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.thoughts import Judgement, Reason, Verdict
from memsvc.domain.triples import Triple
from memsvc.memory.contradiction import Held, contradiction, judge, settle

T0 = datetime(2024, 1, 1, tzinfo=UTC)
BEIJING = Triple("China", "capital", "Beijing", functional=True)
SHANGHAI = Triple("China", "capital", "Shanghai", functional=True)
LIKES = Triple("User", "likes", "hiking")
DISLIKES = replace(LIKES, negated=True)
RAN = Triple("User", "runs", "a marathon", event=True)


def held(name: str, *triples: Triple, **fields: Any) -> Held:
    values = {"since": T0, "session": None, "order": 1, "trust": 1.0} | fields
    return Held(NoteId(name), triples, **({"confirmed": values["since"]} | values))


def later(name: str, *triples: Triple, days: int = 1, **fields: Any) -> Held:
    return held(name, *triples, since=T0 + timedelta(days=days), order=2, **fields)


def supersede(older: str, newer: str, reason: Reason) -> Judgement:
    return Judgement(Verdict.SUPERSEDE, NoteId(older), NoteId(newer), reason)


def conflict(older: str, newer: str, reason: Reason) -> Judgement:
    return Judgement(Verdict.CONFLICT, NoteId(older), NoteId(newer), reason)


def test_another_tail_of_a_functional_relation_closes_the_older() -> None:
    assert judge(held("b", BEIJING), later("s", SHANGHAI)) == supersede("b", "s", Reason.FUNCTIONAL)


def test_older_evidence_that_comes_late_closes_nothing_newer() -> None:
    assert judge(later("s", SHANGHAI), held("b", BEIJING)) == supersede("b", "s", Reason.FUNCTIONAL)


def test_likes_and_dislikes_flip() -> None:
    assert judge(held("l", LIKES), later("d", DISLIKES)) == supersede("l", "d", Reason.POLARITY)
    assert judge(held("d", DISLIKES), later("l", LIKES)) == supersede("d", "l", Reason.POLARITY)


def test_another_number_of_a_state_closes_the_older() -> None:
    cats = Triple("User", "has", "3 cats", value=3, unit="cat")
    more = Triple("User", "has", "4 cats", value=4, unit="cat")
    assert judge(held("3", cats), later("4", more)) == supersede("3", "4", Reason.QUANTITY)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Triple("John", "is", "an actor"), Triple("John", "is", "a director")),
        (BEIJING, replace(SHANGHAI, head="Japan")),
        (BEIJING, replace(SHANGHAI, relation="largest city")),
        (BEIJING, replace(BEIJING, tail="the beijing.")),
        (LIKES, replace(DISLIKES, tail="swimming")),
        (replace(BEIJING, negated=True), replace(SHANGHAI, negated=True)),
        (
            Triple("User", "has", "3 cats", value=3, unit="cat"),
            Triple("User", "has", "4 dogs", value=4, unit="dog"),
        ),
        (RAN, replace(RAN, tail="a race")),
        (RAN, replace(RAN, event=False, negated=True)),
    ],
)
def test_these_can_both_hold(first: Triple, second: Triple) -> None:
    assert contradiction(first, second) is None


def test_a_model_does_not_close_events_of_different_days() -> None:
    assert settle(held("a", RAN), later("b", RAN), Reason.MODEL) is None


def test_a_model_may_find_events_of_one_day_to_contradict() -> None:
    found = settle(
        held("a", RAN, session=SessionId("s")), held("b", RAN, session=SessionId("s"), order=2), Reason.MODEL
    )
    assert found == supersede("a", "b", Reason.MODEL)


def test_lower_trust_closes_nothing() -> None:
    assert judge(held("b", BEIJING), later("s", SHANGHAI, trust=0.4)) == conflict("b", "s", Reason.FUNCTIONAL)


def test_of_the_same_time_nobody_knows() -> None:
    assert judge(held("b", BEIJING), held("s", SHANGHAI, order=2)) == conflict("b", "s", Reason.FUNCTIONAL)


def test_what_was_said_again_later_is_not_closed_by_what_lies_between() -> None:
    again = held("b", BEIJING, confirmed=T0 + timedelta(days=2))
    assert judge(again, later("s", SHANGHAI)) == conflict("b", "s", Reason.FUNCTIONAL)


def test_of_two_that_say_since_when_they_hold_the_later_counts_whenever_it_was_said() -> None:
    boston = held("b", BEIJING, dated=True, confirmed=T0 + timedelta(days=9))
    assert judge(boston, later("s", SHANGHAI, dated=True)) == supersede("b", "s", Reason.FUNCTIONAL)


def test_within_a_session_the_later_round_counts() -> None:
    session = SessionId("s-1")
    older, newer = held("b", BEIJING, session=session), held("s", SHANGHAI, session=session, order=2)
    assert judge(newer, older) == supersede("b", "s", Reason.FUNCTIONAL)


def test_what_says_more_is_not_closed_for_a_part_of_it() -> None:
    both = held("b", BEIJING, Triple("China", "largest city", "Shanghai"))
    assert judge(both, later("s", SHANGHAI)) == conflict("b", "s", Reason.FUNCTIONAL)


_triples = st.builds(
    Triple,
    head=st.sampled_from(["User", "China"]),
    relation=st.sampled_from(["likes", "capital"]),
    tail=st.sampled_from(["a", "b"]),
    negated=st.booleans(),
    functional=st.booleans(),
    event=st.booleans(),
    value=st.sampled_from([None, 1.0, 2.0]),
    unit=st.sampled_from([None, "cat"]),
)


@st.composite
def _held(draw: st.DrawFn, name: str) -> Held:
    since = T0 + timedelta(days=draw(st.integers(0, 2)))
    return held(
        name,
        *draw(st.lists(_triples, min_size=1, max_size=2)),
        since=since,
        confirmed=since + timedelta(days=draw(st.sampled_from([0, 0, 2]))),
        session=draw(st.sampled_from([None, SessionId("s")])),
        order=draw(st.integers(1, 3)),
        trust=draw(st.sampled_from([0.2, 1.0])),
    )


@given(_held("a"), _held("b"))
def test_the_order_in_which_they_come_does_not_matter(first: Held, second: Held) -> None:
    one, other = judge(first, second), judge(second, first)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.verdict, one.older, one.newer) == (other.verdict, other.older, other.newer)


@given(_held("a"), _held("b"))
def test_only_the_later_and_as_trusted_supersedes(first: Held, second: Held) -> None:
    found = judge(first, second)
    if found is not None and found.verdict is Verdict.SUPERSEDE:
        by_name = {first.note: first, second.note: second}
        older, newer = by_name[found.older], by_name[found.newer]
        assert (older.since, older.order) < (newer.since, newer.order)
        assert newer.trust >= older.trust
