"""Sessions: rounds, appending, refusal of a changed past."""

from __future__ import annotations

from datetime import UTC, datetime

from memsvc.domain.drafts import NewSession, NewTurn, SessionOutcome
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind, Origin
from memsvc.domain.recall import RecallQuery
from tests.memory.conftest import ACTOR, SCOPE, World

STARTED = datetime(2024, 4, 1, 9, 30, tzinfo=UTC)
TALK = (
    NewTurn("user", "I adopted a beagle named Pixel"),
    NewTurn("assistant", "How lovely! How old is she?"),
    NewTurn("user", "Two years"),
    NewTurn("assistant", "A fine age."),
)


def send(world: World, *turns: NewTurn, name: str = "s1") -> SessionOutcome:
    session = NewSession(turns, id=SessionId(name), started_at=STARTED, metadata={"channel": "web"})
    return world.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes[0]


def test_a_session_becomes_rounds_with_its_date_and_metadata(world: World) -> None:
    outcome = send(world, *TALK)
    session, notes = world.service.session(SCOPE, SessionId("s1"))
    assert (outcome.status, session.turn_count, session.started_at) == ("created", 4, STARTED)
    assert [(n.kind, n.position, n.event_time, n.origin) for n in notes] == [
        (Kind.ROUND, 0, STARTED, Origin.MODEL_INFERENCE),
        (Kind.ROUND, 2, STARTED, Origin.MODEL_INFERENCE),
    ]
    assert [turn.content for n in notes for turn in n.spoken()] == [turn.content for turn in TALK]
    assert notes[0].metadata == {"channel": "web"}


def test_only_what_the_user_said_is_a_key(world: World) -> None:
    send(world, *TALK)
    assert world.embedder.texts == ["I adopted a beagle named Pixel", "Two years"]


def test_sent_again_it_changes_nothing(world: World) -> None:
    send(world, *TALK)
    outcome = send(world, *TALK)
    assert (outcome.status, outcome.rounds) == ("unchanged", ())


def test_new_turns_are_appended(world: World) -> None:
    send(world, *TALK[:2])
    outcome = send(world, *TALK)
    assert (outcome.status, [r.status for r in outcome.rounds]) == ("appended", ["created"])
    _, notes = world.service.session(SCOPE, SessionId("s1"))
    assert [n.position for n in notes] == [0, 2]


def test_a_reply_that_comes_later_is_a_round_of_its_own(world: World) -> None:
    send(world, TALK[0])
    send(world, *TALK[:2])
    _, notes = world.service.session(SCOPE, SessionId("s1"))
    assert [(n.position, n.content) for n in notes] == [(0, TALK[0].content), (1, TALK[1].content)]


def test_a_changed_past_is_refused(world: World) -> None:
    send(world, *TALK)
    changed = send(world, NewTurn("user", "something else"), *TALK[1:], NewTurn("user", "more"))
    shorter = send(world, *TALK[:1])
    assert [(o.status, o.error.code if o.error else None) for o in (changed, shorter)] == [
        ("failed", "session-changed"),
        ("failed", "session-changed"),
    ]


def test_a_bad_session_does_not_hold_up_the_others(world: World) -> None:
    sessions = [
        NewSession((NewTurn("user", "\0"),), id=SessionId("bad")),
        NewSession(TALK, id=SessionId("good")),
        NewSession(TALK, id=SessionId("good")),
    ]
    outcomes = world.service.remember_sessions(SCOPE, sessions, actor=ACTOR).outcomes
    assert [o.status for o in outcomes] == ["failed", "created", "failed"]


def test_a_session_without_id_gets_one(world: World) -> None:
    outcome = world.service.remember_sessions(SCOPE, [NewSession(TALK)], actor=ACTOR).outcomes[0]
    assert outcome.session is not None
    assert world.service.session(SCOPE, outcome.session)[0].turn_count == 4


def test_the_same_words_in_two_sessions_are_two_notes(world: World) -> None:
    send(world, *TALK, name="s1")
    send(world, *TALK, name="s2")
    hits = world.service.recall(SCOPE, RecallQuery("beagle named Pixel", k=2)).hits
    assert {hit.note.session for hit in hits} == {"s1", "s2"}


def test_a_turn_longer_than_the_window_becomes_several_keys(world: World) -> None:
    long = " ".join(f"word{number}" for number in range(600))
    send(world, NewTurn("user", long))
    assert len(world.embedder.texts) > 1
    hits = world.service.recall(SCOPE, RecallQuery("word599", k=5)).hits
    assert [hit.note.content for hit in hits] == [long]
