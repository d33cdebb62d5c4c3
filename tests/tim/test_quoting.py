"""A thought that quotes what was asked before its round: tied to it, erased with it, not lifted by it."""

from __future__ import annotations

from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import NoteId
from tests.memory.conftest import ACTOR, SCOPE
from tests.tim.conftest import LLM, Tim, thought, thoughts

_ANSWER = "It broke, so I bought a new one."
_REPLY = (NewTurn("assistant", "I see."),)


def asked_and_answered(tim: Tim, question: str, reply: tuple[NewTurn, ...] = _REPLY) -> tuple[NoteId, NoteId]:
    turns = (NewTurn("user", "Hello there."), NewTurn("assistant", question), NewTurn("user", _ANSWER))
    session = NewSession(turns=(*turns, *reply), started_at=tim.clock.now)
    (outcome,) = tim.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    asked, answered = [each.note for each in outcome.rounds if each.note is not None]
    return asked, answered


def test_a_thought_derives_from_the_question_that_it_quotes(everywhere: Tim) -> None:
    asked, answered = asked_and_answered(everywhere, "How is your canary?")
    (note,) = everywhere.service.post_think(SCOPE, [answered], actor=ACTOR).thoughts
    assert set(everywhere.service.thought(SCOPE, note).sources) == {
        Derivation(note, answered, Role.THOUGHT),
        Derivation(note, asked, Role.CONTEXT),
    }


def test_a_thought_stands_for_its_round_alone(everywhere: Tim) -> None:
    _, answered = asked_and_answered(everywhere, "How is your canary?")
    (note,) = everywhere.service.post_think(SCOPE, [answered], actor=ACTOR).thoughts
    with everywhere.storage.reader(SCOPE) as reader:
        _, sources = reader.derivations.source_rows([everywhere.note(note).row])
    assert sources.tolist() == [everywhere.note(answered).row]


def test_no_word_of_an_erased_question_stays_in_a_thought(everywhere: Tim) -> None:
    asked, answered = asked_and_answered(everywhere, "How is your canary?")
    (note,) = everywhere.service.post_think(SCOPE, [answered], actor=ACTOR).thoughts
    assert everywhere.service.purge(SCOPE, [asked], actor=ACTOR).notes == (asked, note)
    assert everywhere.kept() == []


def test_a_thought_without_a_question_stays_when_the_round_before_is_erased(tim: Tim) -> None:
    first, second = tim.rounds("I live in Boston now.", "I like tea.")
    (note,) = tim.service.post_think(SCOPE, [second], actor=ACTOR).thoughts
    tim.service.purge(SCOPE, [first], actor=ACTOR)
    assert [each.id for each in tim.kept()] == [note]


def test_what_a_model_was_shown_as_said_before_counts_as_quoted(tim: Tim) -> None:
    tim.wants(LLM)
    tim.answering(thoughts(thought("User's canary broke.", "User", "has", "canary")))
    asked, answered = asked_and_answered(tim, "How is your canary?")
    (note,) = tim.service.post_think(SCOPE, [answered], actor=ACTOR).thoughts
    assert Derivation(note, asked, Role.CONTEXT) in tim.service.thought(SCOPE, note).sources


def test_a_thought_is_trusted_no_more_than_the_question_that_it_quotes(tim: Tim) -> None:
    asked, answered = map(tim.note, asked_and_answered(tim, "How is your canary?", reply=()))
    (made,) = map(tim.note, tim.service.post_think(SCOPE, [answered.id], actor=ACTOR).thoughts)
    assert asked.trust < answered.trust
    assert (made.trust, made.origin) == (asked.trust, asked.origin)
