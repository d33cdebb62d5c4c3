"""Which thoughts are merged, whatever the order in which they are looked at."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Note, Origin, Status
from memsvc.domain.triples import Triple, normalised
from memsvc.memory.contradiction import Held
from memsvc.memory.kept_thoughts import KeptThought
from memsvc.memory.merge_rules import Group, groups_to_merge, keeps_all, merged_triples, wording
from memsvc.memory.qualifiers import qualifiers
from tests.support.drafts import unit_vector

T0 = datetime(2024, 1, 1, tzinfo=UTC)
_HEADS = ("John", "Mike")
_TAILS = ("an actor", "a writer", "a singer", "the mayor")


def kept(number: int, content: str, *triples: Triple, trust: float = 1.0, day: int = 0) -> KeptThought:
    since = T0 + timedelta(days=day)
    note = Note(
        row=number,
        id=NoteId(f"n{number}"),
        kind=Kind.THOUGHT,
        content=content,
        content_hash="",
        event_time=since,
        ingest_time=T0,
        origin=Origin.DIRECT_USER,
        trust=trust,
        status=Status.ACTIVE,
        version=1,
    )
    held = Held(note.id, triples, since, since, None, number, trust)
    return KeptThought(note, held, unit_vector(content))


def role(number: int, head: str, tail: str, **fields: float) -> KeptThought:
    day = int(fields.pop("day", 0))
    return kept(number, f"{head} is {tail}.", Triple(head, "is", tail), day=day, **fields)


def named(groups: list[Group]) -> set[frozenset[str]]:
    return {frozenset(each.note.content for each in group) for group in groups}


_thoughts = st.lists(
    st.tuples(st.sampled_from(_HEADS), st.sampled_from(_TAILS), st.sampled_from([0.4, 1.0]), st.integers(0, 2)),
    max_size=8,
    unique_by=lambda each: (each[0], each[1], each[2]),
).map(lambda rows: [role(n, head, tail, trust=trust, day=day) for n, (head, tail, trust, day) in enumerate(rows)])


@given(_thoughts, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(thoughts: list[KeptThought], chance: random.Random) -> None:
    shuffled = list(thoughts)
    chance.shuffle(shuffled)
    assert named(groups_to_merge(shuffled, tau=0.95)) == named(groups_to_merge(thoughts, tau=0.95))


@given(_thoughts)
def test_only_one_head_and_one_trust_are_merged_and_each_thought_once(thoughts: list[KeptThought]) -> None:
    groups = groups_to_merge(thoughts, tau=0.95)
    members = [each.note.id for group in groups for each in group]
    assert len(members) == len(set(members))
    for group in groups:
        assert len(group) > 1
        assert len({each.triples[0].head for each in group}) == 1
        assert len({each.note.trust for each in group}) == 1


@given(_thoughts)
def test_a_merged_thought_says_all_that_its_sources_say(thoughts: list[KeptThought]) -> None:
    for group in groups_to_merge(thoughts, tau=0.95):
        said = f" {normalised(wording(group))} "
        assert all(f" {normalised(each.triples[0].tail)} " in said for each in group)
        assert keeps_all(wording(group), group)
        assert len(merged_triples(group)) == len({each.triples[0].tail for each in group})


def test_what_is_apart_stays_apart() -> None:
    pair = (role(1, "John", "an actor"), role(2, "John", "a writer"))
    apart = frozenset({frozenset({"n1", "n2"})})
    assert groups_to_merge(pair, tau=0.95, apart=apart) == []


def test_a_list_has_at_most_eight_tails() -> None:
    many = [kept(n, f"Ann likes tea{'x' * n}.", Triple("Ann", "likes", f"tea{'x' * n}")) for n in range(11)]
    assert sorted(len(group) for group in groups_to_merge(many, tau=1.0)) == [3, 8]


def test_a_sentence_that_says_more_than_its_triple_is_no_item_of_a_list() -> None:
    more = kept(1, "John is an actor whom everybody in Paris adores.", Triple("John", "is", "an actor"))
    assert groups_to_merge([more, role(2, "John", "a writer")], tau=0.95) == []


def test_a_thought_without_a_vector_is_near_to_none() -> None:
    first = kept(1, "Ann met Bob.", Triple("Ann", "meets", "Bob", event=True))
    second = KeptThought(first.note._replace(id=NoteId("n2")), first.held, None)
    assert groups_to_merge([first, second], tau=0.95) == []


def test_the_same_vector_and_the_same_kind_are_near() -> None:
    first = kept(1, "Ann met Bob.", Triple("Ann", "meets", "Bob", event=True))
    second = kept(2, "Ann met Bob.", Triple("Ann", "meets", "Bob", event=True))
    assert first.vector is not None
    assert float(np.dot(first.vector, first.vector)) == pytest.approx(1)
    assert len(groups_to_merge([first, second], tau=0.95)) == 1


@pytest.mark.parametrize(
    "said",
    ["John is an actor.", "John is an actor and a writer with 3 prizes.", "John is no actor but a writer.", ""],
)
def test_a_wording_that_drops_or_adds_is_refused(said: str) -> None:
    assert not keeps_all(said, (role(1, "John", "an actor"), role(2, "John", "a writer")))


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("User ran 3 miles on May 4th.", {"3", "may", "4th"}),
        ("User doesn't like Paris.", {"doesn't", "paris"}),
        ("User likes tea.", set()),
    ],
)
def test_numbers_dates_denials_and_names_qualify(text: str, marks: set[str]) -> None:
    assert qualifiers(text) == marks
