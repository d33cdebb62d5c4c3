"""Texts in one form, going in and coming out; sessions are told again as they were sent."""

from __future__ import annotations

import pytest

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Json, Origin, OriginSpan, TurnSpan
from memsvc.domain.recall import Level, RecallQuery
from memsvc.errors import InvalidInput, PayloadTooLarge
from memsvc.memory.checks import Limits, check_item, check_query_text, check_session
from memsvc.memory.presenting import presented
from tests.memory.conftest import ACTOR, SCOPE, World
from tests.support.drafts import at
from tests.support.notes import NOTE

TOLD = "the ﬁrst half\u200b of 5 ½ hours…"
OLD = NOTE._replace(
    content="ﬁsh\u200b?\n\nﬂour",
    turns=(TurnSpan("user", 0, 5), TurnSpan("assistant", 7, 11)),
    origins=(OriginSpan(0, 5, Origin.DIRECT_USER), OriginSpan(7, 11, Origin.MODEL_INFERENCE)),
)


def test_a_session_that_is_sent_again_as_it_was_is_unchanged(world: World) -> None:
    session = NewSession((NewTurn("user", TOLD), NewTurn("assistant", "Go\u200bod.")), id=SessionId("s"))
    (first,) = world.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    (again,) = world.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    assert (first.status, again.status) == ("created", "unchanged")


def test_turns_are_where_the_normalised_content_has_them(world: World) -> None:
    session = NewSession((NewTurn("user", TOLD), NewTurn("assistant", "Go\u200bod.")))
    (outcome,) = world.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    assert outcome.rounds[0].note is not None
    note = world.service.note(SCOPE, outcome.rounds[0].note)
    assert [turn.content for turn in note.spoken()] == ["the first half of 5 1⁄2 hours...", "Good."]


def test_a_round_of_invisible_characters_is_blank(world: World) -> None:
    turns = (NewTurn("user", "\u200b\u2060"), NewTurn("user", "Hello."))
    (outcome,) = world.service.remember_sessions(SCOPE, [NewSession(turns)], actor=ACTOR).outcomes
    assert len(outcome.rounds) == 1


@pytest.mark.parametrize("content", ["\u200b", "\ufeff \xad", "\U000e0041"])
def test_a_text_that_nobody_sees_is_empty(content: str) -> None:
    with pytest.raises(InvalidInput, match="/content is empty"):
        check_item(NewItem(content), Limits(), at(0))
    with pytest.raises(InvalidInput, match="has only blank turns"):
        check_session(NewSession((NewTurn("user", content),)), Limits(), at(0))
    with pytest.raises(InvalidInput, match="/query is empty"):
        check_query_text(content, Limits())


def test_a_text_that_grows_over_the_limit_is_refused() -> None:
    with pytest.raises(PayloadTooLarge, match="has 1800 characters in Unicode's form NFKC; at most 1000"):
        check_item(NewItem("\ufdfa" * 100), Limits(content_chars=1000), at(0))


def test_an_old_note_is_shown_normalised_with_its_parts_in_place() -> None:
    shown = presented(OLD)
    assert shown.content == "fish?\n\nflour"
    assert [turn.content for turn in shown.spoken()] == ["fish?", "flour"]
    assert [shown.content[span.start : span.end] for span in shown.origins] == ["fish?", "flour"]
    assert (shown.content_hash, shown.version) == (OLD.content_hash, OLD.version)


def test_a_note_in_its_one_form_is_the_same_object() -> None:
    assert presented(NOTE) is NOTE
    accented = NOTE._replace(content="café")
    assert presented(accented) is accented


def test_metadata_is_shown_without_what_nobody_sees_and_kept_as_it_was_sent(world: World) -> None:
    sent: dict[str, Json] = {"ti\u200btle": "ﬁsh", "pages": [1, "a\U000e0041b", {"by": "\u202eeve"}], "seen": None}
    (outcome,) = world.service.remember(SCOPE, [NewItem("tea", metadata=sent)], actor=ACTOR).outcomes
    assert outcome.note is not None
    shown = {"title": "fish", "pages": [1, "ab", {"by": "eve"}], "seen": None}
    assert world.service.note(SCOPE, outcome.note).metadata == shown
    (hit,) = world.service.recall(SCOPE, RecallQuery("tea")).hits
    assert hit.note.metadata == shown
    ((record, _),) = world.service.export_notes(SCOPE, last_session=0)
    assert record.note.metadata == sent


def test_metadata_of_sessions_is_shown_without_what_nobody_sees(world: World) -> None:
    session = NewSession((NewTurn("user", "tea"),), id=SessionId("s"), metadata={"topic": "te\U000e0041a"})
    world.service.remember_sessions(SCOPE, [session], actor=ACTOR)
    found, _ = world.service.session(SCOPE, SessionId("s"))
    (listed,) = world.service.sessions(SCOPE, after_row=0, limit=9)
    (hit,) = world.service.recall(SCOPE, RecallQuery("tea", level=Level.SESSION)).sessions
    assert [each.metadata for each in (found, listed, hit.session)] == [{"topic": "tea"}] * 3


def test_a_note_that_was_changed_is_shown_without_what_nobody_sees(world: World) -> None:
    (outcome,) = world.service.remember(SCOPE, [NewItem("tea", metadata={"b": "\u202eeve"})], actor=ACTOR).outcomes
    assert outcome.note is not None
    change = {"actor": ACTOR, "expected_version": None, "reason": None}
    forgotten = world.service.forget(SCOPE, outcome.note, **change)  # type: ignore[arg-type]
    restored = world.service.restore(SCOPE, outcome.note, **change)  # type: ignore[arg-type]
    assert [each.metadata for each in (forgotten, restored)] == [{"b": "eve"}] * 2
