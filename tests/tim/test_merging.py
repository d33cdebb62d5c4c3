"""Thoughts of one head and relation become one, with sources that can come back (plan T4)."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest

from memsvc.domain.attributes import Method
from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.revising import StatusChange
from memsvc.domain.selection import Selection
from memsvc.domain.thoughts import Merge
from memsvc.errors import Conflict, EmbedderUnavailable, InvalidInput, NotFound, PreconditionFailed
from memsvc.ports.hashing import Purpose
from tests.memory.conftest import ACTOR, SCOPE
from tests.tim.conftest import UNTRUSTED, Tim

JOHN = ("John is an actor.", "John is a director.", "John is a writer.")
MIKE = "Mike is a teacher."
MERGED = "John is a director, a writer and an actor."


def merged_john(tim: Tim) -> tuple[Merge, tuple[NoteId, ...]]:
    notes = tim.think(*JOHN, MIKE).thoughts
    (merge,) = tim.merge().merges
    return merge, notes


def test_johns_roles_become_one_thought_and_mike_stays(everywhere: Tim) -> None:
    merge, notes = merged_john(everywhere)
    assert merge.note is not None
    assert everywhere.current() == [MERGED, MIKE]
    tails = {triple.tail for triple in everywhere.service.thought(SCOPE, merge.note).triples}
    assert tails == {"an actor", "a director", "a writer"}
    assert everywhere.note(notes[3]).version == 1


def test_the_sources_are_reachable_and_say_what_took_their_place(tim: Tim) -> None:
    merge, notes = merged_john(tim)
    assert merge.note is not None
    assert {each.source for each in tim.service.thought(SCOPE, merge.note).sources} == set(notes[:3])
    for note in notes[:3]:
        source = tim.note(note)
        assert (source.status, source.superseded_by) == (Status.MERGED, merge.note)


def test_a_merged_thought_leads_to_the_rounds_of_its_sources(tim: Tim) -> None:
    merge, _ = merged_john(tim)
    assert merge.note is not None
    with tim.storage.reader(SCOPE) as reader:
        _, rows = reader.derivations.source_rows([tim.note(merge.note).row])
        said = {note.content for note in reader.notes_by_row(rows.tolist())}
    assert said == set(JOHN)


def test_a_merged_thought_is_in_the_hash_tables(tim: Tim) -> None:
    merge, _ = merged_john(tim)
    found = tim.service.recall(SCOPE, RecallQuery("John", mode=Mode.TIM, probes=16)).hits
    assert merge.note in {hit.note.id for hit in found}
    assert tim.service.index_verify(SCOPE) == []


def test_merging_twice_changes_nothing(tim: Tim) -> None:
    merged_john(tim)
    before = tim.state()
    assert tim.merge().merges == ()
    assert tim.state() == before


def test_a_dry_run_says_the_same_and_changes_nothing(tim: Tim) -> None:
    tim.think(*JOHN, MIKE)
    before = tim.state()
    (planned,) = tim.merge(dry_run=True).merges
    assert (planned.note, planned.content) == (None, MERGED)
    assert tim.state() == before


def test_thoughts_of_one_head_are_merged_though_no_bucket_holds_both(tim: Tim) -> None:
    said = ("John is an actor.", "John is a keeper of antique chronometers.")
    notes = tim.think(*said).thoughts
    with tim.storage.reader(SCOPE) as reader:
        epoch = reader.buckets.epoch(Purpose.CANDIDATES)
        assert epoch is not None
        first, second = reader.buckets.codes(epoch, [note.row for note in reader.notes(notes)]).values()
        assert all(one != other for one, other in zip(first, second, strict=True))
    (merge,) = tim.merge().merges
    assert set(merge.sources) == set(notes)


def test_a_later_role_joins_the_merged_thought(tim: Tim) -> None:
    first, _ = merged_john(tim)
    tim.think("John is a singer.", days=1)
    (second,) = tim.merge().merges
    assert first.note in second.sources
    assert tim.current() == ["John is a director, a writer, an actor and a singer.", MIKE]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_they_came_does_not_matter(quick: Tim, seed: int) -> None:
    said = [*JOHN, MIKE]
    random.Random(seed).shuffle(said)
    for each in said:
        quick.think(each)
    quick.merge()
    assert quick.current() == [MERGED, MIKE]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I have 3 cats at home.", "I have 4 cats at home."),
        ("I ran a race on May 3rd last year.", "I ran a race on May 4th last year."),
        ("I love hiking a lot.", "I don't love hiking a lot."),
        ("I met Ann at the station.", "I met Bob at the station."),
        ("John is an actor.", "Johann is an actor."),
        ("I am tired of it all.", "I am happy about it all."),
    ],
)
def test_these_are_never_merged(quick: Tim, first: str, second: str) -> None:
    quick.think(first, second)
    assert quick.merge().merges == ()


def test_what_sounds_the_same_is_merged_into_the_fuller(quick: Tim) -> None:
    quick.think("I met my old friend at the big station.")
    quick.think("I met my old friend at the big station!")
    (merge,) = quick.merge().merges
    assert merge.content.startswith("User met User's old friend")


def test_other_trust_is_never_merged(tim: Tim) -> None:
    tim.think(JOHN[0])
    tim.think(JOHN[1], actor=UNTRUSTED)
    assert tim.merge().merges == ()


def test_links_and_strength_are_inherited(tim: Tim) -> None:
    notes = tim.think(*JOHN, MIKE).thoughts
    with tim.storage.writer(SCOPE) as writer:
        for weight, note in ((0.5, notes[0]), (0.9, notes[1])):
            writer.links.put(
                [NewLink(note, notes[3], LinkType.MANUAL, weight, Method.USER)], at=tim.clock.now, actor="tester"
            )
        writer.strengths.sighted([notes[0], notes[0]], at=tim.clock.now)
        writer.strengths.recalled({notes[1]: 4}, at=tim.clock.now)
    (merge,) = tim.merge().merges
    assert merge.note is not None
    with tim.storage.reader(SCOPE) as reader:
        (link,) = reader.links.of(merge.note, types=(LinkType.MANUAL,))
        (strength,) = reader.strengths.of([merge.note])
    assert (link.other, link.weight) == (notes[3], 0.9)
    assert (strength.sightings, strength.recalls) == (5, 4)


def plain(note: Note) -> Note:
    return note._replace(version=0)


def test_unmerging_gives_the_sources_back_bit_for_bit(everywhere: Tim) -> None:
    tim = everywhere
    notes = tim.think(*JOHN, MIKE).thoughts
    before = [(plain(tim.note(note)), tim.service.thought(SCOPE, note).triples) for note in notes]
    (merge,) = tim.merge().merges
    assert merge.note is not None
    restored = tim.service.unmerge(SCOPE, merge.note, actor=ACTOR)
    assert {note.id for note in restored} == set(notes[:3])
    after = [(plain(tim.note(note)), tim.service.thought(SCOPE, note).triples) for note in notes]
    assert after == before
    assert tim.current() == sorted([*JOHN, MIKE])


def test_a_merged_thought_is_restored_by_unmerging_alone(tim: Tim) -> None:
    merge, _ = merged_john(tim)
    before = tim.state()
    with pytest.raises(Conflict, match=f"merged into {merge.note}; unmerge"):
        tim.service.restore(SCOPE, merge.sources[0], actor=ACTOR)
    assert tim.state() == before


def test_what_was_unmerged_stays_apart(tim: Tim) -> None:
    merge, _ = merged_john(tim)
    assert merge.note is not None
    tim.service.unmerge(SCOPE, merge.note, actor=ACTOR)
    assert tim.merge().merges == ()


def test_unmerging_what_is_no_merge_is_refused(tim: Tim) -> None:
    _, notes = merged_john(tim)
    before = tim.state()
    with pytest.raises(Conflict):
        tim.service.unmerge(SCOPE, notes[3], actor=ACTOR)
    assert tim.state() == before


def test_unmerging_twice_is_refused(tim: Tim) -> None:
    merge, _ = merged_john(tim)
    assert merge.note is not None
    tim.service.unmerge(SCOPE, merge.note, actor=ACTOR)
    with pytest.raises(Conflict):
        tim.service.unmerge(SCOPE, merge.note, actor=ACTOR)


def test_a_merge_that_was_taken_back_is_not_taken_back_again_when_restored(tim: Tim) -> None:
    merge, _ = merged_john(tim)
    assert merge.note is not None
    tim.service.unmerge(SCOPE, merge.note, actor=ACTOR)
    tim.service.restore(SCOPE, merge.note, actor=ACTOR)
    before = tim.state()
    with pytest.raises(Conflict, match="no source"):
        tim.service.unmerge(SCOPE, merge.note, actor=ACTOR)
    assert tim.state() == before


def test_unmerging_another_version_is_refused(tim: Tim) -> None:
    merge, _ = merged_john(tim)
    assert merge.note is not None
    with pytest.raises(PreconditionFailed):
        tim.service.unmerge(SCOPE, merge.note, actor=ACTOR, expected_version=9)
    assert tim.current() == [MERGED, MIKE]


def test_named_thoughts_are_merged_whatever_they_say(tim: Tim) -> None:
    notes = tim.think(JOHN[0], MIKE).thoughts
    (merge,) = tim.merge(*notes).merges
    assert merge.content == f"{JOHN[0]} {MIKE}"


def test_a_cyclic_merge_is_refused(tim: Tim) -> None:
    merge, notes = merged_john(tim)
    assert merge.note is not None
    with tim.storage.writer(SCOPE) as writer:
        writer.change_status(StatusChange(notes[0], Operation.RESTORED, Status.ACTIVE, tim.clock.now, "tester"))
    before = tim.state()
    with pytest.raises(Conflict):
        tim.merge(merge.note, notes[0])
    assert tim.state() == before


def test_hidden_other_and_unknown_notes_are_not_merged(tim: Tim) -> None:
    (source,) = tim.rounds(JOHN[0])
    (made,) = tim.service.post_think(SCOPE, [source], actor=ACTOR).thoughts
    with pytest.raises(Conflict):
        tim.merge(made, source)
    with pytest.raises(NotFound):
        tim.merge(made, NoteId("nobody"))
    with pytest.raises(InvalidInput):
        tim.merge(made, made)


def test_without_an_embedder_nothing_is_merged(tim: Tim) -> None:
    tim.think(*JOHN)
    tim.embedder.broken = True
    before = tim.state()
    with pytest.raises(EmbedderUnavailable):
        tim.merge()
    assert tim.state() == before


def test_a_source_forgotten_meanwhile_is_planned_anew(tim: Tim) -> None:
    notes = tim.think(*JOHN).thoughts
    tim.embedder.meanwhile = lambda: tim.service.forget(SCOPE, notes[0], actor=ACTOR)
    (merge,) = tim.merge().merges
    assert set(merge.sources) == set(notes[1:])
    assert tim.note(notes[0]).status is Status.FORGOTTEN


def test_a_purge_of_a_round_takes_what_repeats_it_and_gives_the_others_back(tim: Tim) -> None:
    rounds = tim.rounds(*JOHN)
    notes = tim.service.post_think(SCOPE, rounds, actor=ACTOR).thoughts
    tim.merge()
    tim.service.purge(SCOPE, [rounds[0]], actor=ACTOR)
    assert tim.current() == sorted(JOHN[1:])
    assert [tim.note(note).status for note in notes[1:]] == [Status.ACTIVE, Status.ACTIVE]


@pytest.mark.slow
def test_recall_finds_one_of_them_at_any_time(tim: Tim) -> None:
    """Poll while thoughts are merged and unmerged: whoever asks finds the sources or what took their place."""
    tim.think(*JOHN, days=-9)
    question = RecallQuery("John", mode=Mode.DENSE, k=50, selection=Selection(kinds=frozenset({Kind.THOUGHT})))
    stop, holes, polls = threading.Event(), [], []

    def poll() -> None:
        while not stop.is_set():
            hits = tim.service.recall(SCOPE, question).hits
            polls.append(len(hits))
            if not any("an actor" in hit.note.content for hit in hits):
                holes.append(hits)

    thread = threading.Thread(target=poll)
    thread.start()
    for day, role in enumerate(("singer", "painter", "sailor", "pilot")):
        tim.think(f"John is a {role}.", days=day - 5)
        tim.merge()
    stop.set()
    thread.join()
    assert polls
    assert holes == []


def test_two_organisers_at_once_merge_once(everywhere: Tim) -> None:
    tim = everywhere
    tim.think(*JOHN, MIKE)
    found: list[Merge] = []
    barrier = threading.Barrier(2)

    def organise() -> None:
        barrier.wait()
        found.extend(tim.merge().merges)

    threads = [threading.Thread(target=organise) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    assert tim.current() == [MERGED, MIKE]


def test_as_of_an_earlier_time_the_sources_are_found(tim: Tim) -> None:
    for day, said in enumerate(JOHN):
        tim.think(said, days=day - 3)
    tim.merge()
    assert tim.held_at(tim.clock.now - timedelta(days=2)) == sorted(JOHN[:2])
    assert tim.held_at(tim.clock.now) == ["John is an actor, a director and a writer."]
