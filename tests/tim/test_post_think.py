"""Thoughts after the reply: what they are tied to, what they are worth, and what makes none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Origin
from memsvc.domain.policies import Policy, RetentionPolicy
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.selection import Selection
from memsvc.errors import Conflict, InvalidInput, NotFound
from memsvc.memory.repeating import Recalled
from memsvc.ports.hashing import Purpose
from tests.memory.conftest import ACTOR, SCOPE
from tests.tim.conftest import RULES, UNTRUSTED, Tim


def test_a_thought_is_tied_to_its_round(tim: Tim) -> None:
    (source,) = tim.rounds("I live in Boston now.")
    (note,) = tim.service.post_think(SCOPE, [source], actor=ACTOR).thoughts
    found = tim.service.thought(SCOPE, note)
    assert found.sources == (Derivation(note, source, Role.THOUGHT),)
    assert [(each.head, each.relation, each.tail) for each in found.triples] == [("User", "lives in", "Boston")]


def test_a_thought_has_time_session_origin_and_trust_of_its_round(tim: Tim) -> None:
    (source,) = tim.rounds("I live in Boston now.", days=-3, actor=UNTRUSTED)
    (note,) = tim.service.post_think(SCOPE, [source], actor=ACTOR).thoughts
    made, said = tim.note(note), tim.note(source)
    assert made.kind is Kind.THOUGHT
    assert (made.event_time, made.session, made.origin, made.trust) == (
        said.event_time,
        said.session,
        Origin.UNTRUSTED_DOCUMENT,
        said.trust,
    )


def test_a_thought_is_in_the_hash_tables(tim: Tim) -> None:
    (note,) = tim.think("I live in Boston now.").thoughts
    with tim.storage.reader(SCOPE) as reader:
        for purpose in Purpose:
            epoch = reader.buckets.epoch(purpose)
            assert epoch is not None
            (codes,) = reader.buckets.codes(epoch, [tim.note(note).row]).values()
            assert len(codes) == epoch.parameters.tables


def test_the_next_question_finds_the_thought_where_its_round_does_not_match(tim: Tim) -> None:
    turns = (NewTurn("user", "Hello!"), NewTurn("assistant", "Hello! Which sport do you practise?"))
    session = NewSession((*turns, NewTurn("user", "Mostly bouldering with Ann.")), started_at=tim.clock.now)
    (outcome,) = tim.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    answer = outcome.rounds[1].note
    assert answer is not None
    question = RecallQuery("sport that is practised", mode=Mode.LEXICAL)
    assert answer not in {hit.note.id for hit in tim.service.recall(SCOPE, question).hits}
    (made,) = tim.service.post_think(SCOPE, [answer], actor=ACTOR).thoughts
    asked = replace(question, selection=Selection(kinds=frozenset({Kind.THOUGHT})))
    assert [hit.note.id for hit in tim.service.recall(SCOPE, asked).hits] == [made]


def test_thinking_again_changes_nothing(tim: Tim) -> None:
    notes = tim.rounds("I live in Boston now.", "I love hiking in the Alps.")
    assert len(tim.service.post_think(SCOPE, notes, actor=ACTOR).thoughts) == 2
    before = tim.state()
    again = tim.service.post_think(SCOPE, notes, actor=ACTOR)
    assert (again.thoughts, again.known) == ((), ())
    assert tim.state() == before


def test_what_is_said_again_is_a_sighting_with_a_second_source(tim: Tim) -> None:
    tim.wants(Policy(retention=RetentionPolicy(decay_weight=0.5, half_life_days=30)))
    (note,) = tim.think("I live in Boston now.").thoughts
    (again,) = tim.rounds("I live in Boston now.", days=1)
    assert tim.service.post_think(SCOPE, [again], actor=ACTOR).known == (note,)
    assert again in {each.source for each in tim.service.thought(SCOPE, note).sources}
    with tim.storage.reader(SCOPE) as reader:
        (strength,) = reader.strengths.of([note])
    assert strength.sightings == 2


def test_the_same_words_of_less_trust_are_another_thought(tim: Tim) -> None:
    tim.think("I live in Boston now.")
    assert len(tim.think("I live in Boston now.", days=1, actor=UNTRUSTED).thoughts) == 1


def test_an_event_of_another_day_is_another_thought(tim: Tim) -> None:
    tim.think("I ran a marathon in the rain.")
    assert len(tim.think("I ran a marathon in the rain.", days=1).thoughts) == 1


def test_a_superseded_thought_is_not_made_anew_of_its_round(tim: Tim) -> None:
    old = tim.rounds("I live in Boston now.", days=-2)
    tim.service.post_think(SCOPE, old, actor=ACTOR)
    tim.think("I live in Rome now.")
    tim.forget()
    assert tim.service.post_think(SCOPE, old, actor=ACTOR).thoughts == ()
    assert tim.current() == ["User lives in Rome now."]


def test_thoughts_and_hidden_notes_are_passed_over(tim: Tim) -> None:
    (hidden,) = tim.rounds("I live in Boston now.")
    tim.service.forget(SCOPE, hidden, actor=ACTOR)
    (made,) = tim.think("I live in Rome now.").thoughts
    assert tim.service.post_think(SCOPE, [hidden, made], actor=ACTOR).thoughts == ()


def test_without_an_embedder_thoughts_are_stored_and_keyed_later(tim: Tim) -> None:
    notes = tim.rounds("I live in Boston now.")
    tim.embedder.broken = True
    done = tim.service.post_think(SCOPE, notes, actor=ACTOR)
    assert (len(done.thoughts), done.degraded) == (1, ("embedding",))


def test_a_note_that_was_purged_meanwhile_leaves_no_thought(tim: Tim) -> None:
    (source,) = tim.rounds("I live in Boston now.")
    tim.embedder.meanwhile = lambda: tim.service.purge(SCOPE, [source], actor=ACTOR)
    with pytest.raises(NotFound):
        tim.service.post_think(SCOPE, [source], actor=ACTOR)
    assert tim.kept() == []


def test_a_purge_of_the_round_takes_its_thoughts(tim: Tim) -> None:
    (source,) = tim.rounds("I live in Boston now.")
    (note,) = tim.service.post_think(SCOPE, [source], actor=ACTOR).thoughts
    tim.service.purge(SCOPE, [source], actor=ACTOR)
    with pytest.raises(NotFound):
        tim.note(note)


def test_unknown_notes_are_not_found(tim: Tim) -> None:
    tim.rounds("I live in Boston now.")
    with pytest.raises(NotFound):
        tim.service.post_think(SCOPE, [NoteId("nobody")], actor=ACTOR)


def test_no_notes_and_too_many_are_refused(quick: Tim) -> None:
    for notes in ([], [NoteId("a")] * 101):
        with pytest.raises(InvalidInput):
            quick.service.post_think(SCOPE, notes, actor=ACTOR)


def test_only_thoughts_are_shown_as_thoughts(quick: Tim) -> None:
    (source,) = quick.rounds("I live in Boston now.")
    with pytest.raises(Conflict):
        quick.service.thought(SCOPE, source)


def test_a_fact_may_be_thought_about_too(quick: Tim) -> None:
    (outcome,) = quick.service.remember(SCOPE, [NewItem("John is an actor.")], actor=ACTOR).outcomes
    assert outcome.note is not None
    assert len(quick.service.post_think(SCOPE, [outcome.note], actor=ACTOR).thoughts) == 1


def test_words_of_recalled_notes_make_no_thought(tim: Tim) -> None:
    old = tim.rounds("I live in Boston near the harbour.")
    (pasted,) = tim.rounds(
        "I live in Boston near the harbour, as we said. I also keep bees in the garden.", days=1
    )
    done = tim.service.post_think(SCOPE, [pasted], actor=ACTOR, recalled=old)
    assert done.repeated == 1
    assert [tim.note(note).content for note in done.thoughts] == ["User also keeps bees in the garden."]


def test_words_of_a_recalled_thoughts_source_make_none(tim: Tim) -> None:
    recalled = tim.think("I live in Boston near the harbour.").thoughts
    (pasted,) = tim.rounds("I live in Boston near the harbour.", days=1)
    assert tim.service.post_think(SCOPE, [pasted], actor=ACTOR, recalled=recalled).repeated == 1


def test_metadata_may_name_what_was_recalled(tim: Tim) -> None:
    (old,) = tim.rounds("I live in Boston near the harbour.")
    (pasted,) = tim.rounds("I live in Boston near the harbour.", days=1, metadata={"recalled": [old, 7]})
    assert tim.service.post_think(SCOPE, [pasted], actor=ACTOR).repeated == 1


@pytest.mark.parametrize(
    "said",
    [
        "I live in Boston near the harbour.",
        "you live in Boston, near the harbour",
        "So you live in Boston near the harbour.",
        "near the harbour",
    ],
)
def test_these_repeat_what_was_recalled(said: str) -> None:
    assert Recalled(["The user lives in Boston near the harbour. He likes tea."]).holds(said)


@pytest.mark.parametrize(
    "said",
    [
        "I no longer live in Boston near the harbour.",
        "I don't live in Boston near the harbour.",
        "I live in Boston near the harbour with 3 cats.",
        "I live in Rome.",
        "",
    ],
)
def test_these_are_news(said: str) -> None:
    assert not Recalled(["The user lives in Boston near the harbour. He likes tea."]).holds(said)


def test_nothing_was_recalled() -> None:
    assert not Recalled([]).holds("I live in Boston.")


def test_what_another_round_said_too_is_thought_again_after_a_purge(tim: Tim) -> None:
    tim.wants(RULES)
    first, second = tim.rounds("I live in Boston now."), tim.rounds("I live in Boston now.", days=-1)
    tim.work()
    assert tim.current() == ["User lives in Boston now."]
    tim.service.purge(SCOPE, first, actor=ACTOR)
    tim.work()
    (made,) = tim.kept()
    assert [each.source for each in tim.service.thought(SCOPE, made.id).sources] == second


def test_thoughts_are_no_neighbours_of_rounds(everywhere: Tim) -> None:
    notes = everywhere.rounds("I live in Boston now.", "I love hiking in the Alps.")
    everywhere.service.post_think(SCOPE, notes, actor=ACTOR)
    with everywhere.storage.reader(SCOPE) as reader:
        before, after = reader.around(reader.notes(notes)[0], count=5)
    assert ([note.id for note in before], [note.id for note in after]) == ([], notes[1:])
