"""What a sweep would do, as a pure function."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Status
from memsvc.domain.policies import Eviction, RetentionPolicy
from memsvc.domain.strengths import Holding, Strength
from memsvc.memory.retention_plan import Action, plan

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def held(
    row: int,
    *,
    days: float = 1,
    size: int = 10,
    sightings: int = 1,
    recalls: int = 0,
    used_days: float | None = None,
    kind: Kind = Kind.FACT,
    status: Status = Status.ACTIVE,
) -> Holding:
    last_at = None if used_days is None else NOW - timedelta(days=used_days)
    strength = Strength(row, NoteId(f"n{row}"), NOW - timedelta(days=days), sightings, recalls, last_at)
    return Holding(strength, kind, status, size)


def forgotten(holdings: list[Holding], retention: RetentionPolicy) -> list[str]:
    return [step.note for step in plan(holdings, retention, now=NOW) if step.action is Action.FORGET]


def test_no_policy_plans_nothing() -> None:
    assert plan([held(1, days=9999), held(2, status=Status.LIMITED)], RetentionPolicy(), now=NOW) == []


def test_a_kind_is_kept_for_its_days_and_no_longer() -> None:
    retention = RetentionPolicy(ttl_days={Kind.FACT: 7})
    notes = [held(1, days=7), held(2, days=6.99), held(3, days=99, kind=Kind.ROUND)]
    assert forgotten(notes, retention) == ["n1"]


def test_a_restored_note_is_kept_for_its_days_again() -> None:
    retention = RetentionPolicy(ttl_days={Kind.FACT: 7})
    times = {NoteId("n1"): NOW - timedelta(days=6), NoteId("n2"): NOW - timedelta(days=8)}
    steps = plan([held(1, days=30), held(2, days=30)], retention, now=NOW, restored_at=times.get)
    assert [step.note for step in steps] == ["n2"]


def test_the_oldest_go_first_ties_by_row() -> None:
    notes = [held(1, days=2), held(2, days=5), held(3, days=5), held(4, days=1)]
    assert forgotten(notes, RetentionPolicy(max_notes=2)) == ["n2", "n3"]


def test_the_weakest_go_first() -> None:
    notes = [held(1, sightings=3), held(2, recalls=1), held(3), held(4, sightings=2, recalls=4)]
    assert forgotten(notes, RetentionPolicy(max_notes=2, eviction=Eviction.WEAKEST)) == ["n3", "n2"]


def test_those_unused_for_longest_go_first() -> None:
    notes = [held(1, days=9, used_days=1), held(2, days=3), held(3, days=5, used_days=4)]
    assert forgotten(notes, RetentionPolicy(max_notes=1, eviction=Eviction.UNUSED)) == ["n3", "n2"]


def test_bytes_are_capped_in_the_same_order() -> None:
    notes = [held(1, days=3, size=5), held(2, days=2, size=50), held(3, days=1, size=30)]
    assert forgotten(notes, RetentionPolicy(max_bytes=35)) == ["n1", "n2"]


def test_a_pending_note_seen_often_enough_is_admitted() -> None:
    retention = RetentionPolicy(admit_after={Kind.FACT: 3})
    notes = [held(1, sightings=3, status=Status.PENDING), held(2, sightings=2, status=Status.PENDING), held(3)]
    (step,) = plan(notes, retention, now=NOW)
    assert (step.note, step.action, step.reason) == ("n1", Action.ADMIT, "admitted: seen 3 times")


def test_a_kind_that_need_not_wait_any_more_is_admitted() -> None:
    (step,) = plan([held(1, status=Status.PENDING)], RetentionPolicy(), now=NOW)
    assert (step.note, step.action) == ("n1", Action.ADMIT)


def test_what_goes_is_not_admitted_first() -> None:
    retention = RetentionPolicy(ttl_days={Kind.FACT: 1}, max_notes=1)
    notes = [held(1, days=2, status=Status.PENDING), held(2, days=0.5, status=Status.PENDING), held(3, days=0.1)]
    assert [(step.note, step.action) for step in plan(notes, retention, now=NOW)] == [
        ("n1", Action.FORGET),
        ("n2", Action.FORGET),
    ]


HOLDINGS = st.lists(
    st.builds(
        held,
        st.just(0),
        days=st.integers(0, 20),
        size=st.integers(0, 9),
        sightings=st.integers(1, 3),
        recalls=st.integers(0, 2),
        used_days=st.none() | st.integers(0, 20),
        kind=st.sampled_from([Kind.FACT, Kind.ROUND]),
        status=st.sampled_from([Status.ACTIVE, Status.LIMITED, Status.PENDING]),
    ),
    max_size=12,
).map(
    lambda found: [
        h._replace(strength=h.strength._replace(row=n, note=NoteId(f"n{n}"))) for n, h in enumerate(found)
    ]
)
POLICIES = st.builds(
    RetentionPolicy,
    ttl_days=st.dictionaries(st.sampled_from([Kind.FACT, Kind.ROUND]), st.integers(1, 20)),
    admit_after=st.dictionaries(st.just(Kind.FACT), st.integers(1, 3)),
    max_notes=st.none() | st.integers(1, 9),
    max_bytes=st.none() | st.integers(1, 40),
    eviction=st.sampled_from(Eviction),
)


def after(holdings: list[Holding], retention: RetentionPolicy) -> list[Holding]:
    done = {step.note: step.action for step in plan(holdings, retention, now=NOW)}
    left = [each for each in holdings if done.get(each.strength.note) is not Action.FORGET]
    return [each._replace(status=Status.ACTIVE) if each.strength.note in done else each for each in left]


@given(HOLDINGS, POLICIES)
def test_a_second_sweep_finds_nothing(holdings: list[Holding], retention: RetentionPolicy) -> None:
    assert plan(after(holdings, retention), retention, now=NOW) == []


@given(HOLDINGS, POLICIES)
def test_the_caps_hold_afterwards(holdings: list[Holding], retention: RetentionPolicy) -> None:
    left = after(holdings, retention)
    assert retention.max_notes is None or len(left) <= retention.max_notes
    assert retention.max_bytes is None or sum(each.size for each in left) <= retention.max_bytes


@given(HOLDINGS, POLICIES)
def test_no_more_goes_than_the_caps_need(holdings: list[Holding], retention: RetentionPolicy) -> None:
    capped = [step.note for step in plan(holdings, retention, now=NOW) if step.capped]
    if not capped:
        return
    last = next(each for each in holdings if each.strength.note == capped[-1])
    back = [*after(holdings, retention), last]
    over = retention.max_notes is not None and len(back) > retention.max_notes
    assert over or (retention.max_bytes is not None and sum(each.size for each in back) > retention.max_bytes)


@given(HOLDINGS, POLICIES, st.randoms())
def test_the_order_of_reading_does_not_matter(
    holdings: list[Holding], retention: RetentionPolicy, dice: st.DataObject
) -> None:
    mixed = list(holdings)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert set(plan(mixed, retention, now=NOW)) == set(plan(holdings, retention, now=NOW))


@given(HOLDINGS, POLICIES)
def test_without_limits_nothing_is_forgotten(holdings: list[Holding], retention: RetentionPolicy) -> None:
    free = replace(retention, ttl_days={}, max_notes=None, max_bytes=None)
    assert forgotten(holdings, free) == []
