"""Origins of parts, and the minimum over what somebody had read: nothing that is sent raises either."""

from __future__ import annotations

import pytest

from memsvc.domain.derivations import Role
from memsvc.domain.drafts import NewItem, NewSession, NewTurn, OutcomeStatus
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Note, Origin, OriginSpan, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import Forbidden
from memsvc.memory.guarding.hiding import hide
from tests.guarding.conftest import ACTOR, PLAIN, TRIGGERED, Guarded
from tests.memory.conftest import SCOPE

DOCUMENT = Origin.UNTRUSTED_DOCUMENT


def rounds(
    guarded: Guarded, *turns: NewTurn, actor: Actor = ACTOR, recalled: tuple[NoteId, ...] = ()
) -> list[Note]:
    session = NewSession(turns, recalled=recalled)
    (outcome,) = guarded.service.remember_sessions(SCOPE, [session], actor=actor).outcomes
    assert outcome.error is None, outcome
    return [guarded.note(each.note) for each in outcome.rounds if each.note is not None]


def test_each_turn_has_the_origin_of_its_role(guarded: Guarded) -> None:
    (note,) = rounds(guarded, NewTurn("user", "Look it up."), NewTurn("tool", "It is open on Sunday."))
    assert [span.origin for span in note.origins] == [Origin.DIRECT_USER, Origin.TOOL_EXTERNAL]
    assert [note.content[span.start : span.end] for span in note.origins] == [
        "Look it up.",
        "It is open on Sunday.",
    ]
    assert (note.origin, note.trust) == (Origin.TOOL_EXTERNAL, 0.4)


def test_a_turn_may_lower_its_origin_and_not_raise_it(guarded: Guarded) -> None:
    (note,) = rounds(
        guarded,
        NewTurn("user", "I read this somewhere.", origin=DOCUMENT),
        NewTurn("tool", "It is open.", origin=Origin.DIRECT_USER),
    )
    assert [span.origin for span in note.origins] == [DOCUMENT, Origin.TOOL_EXTERNAL]


def test_turns_of_one_origin_need_no_spans(guarded: Guarded) -> None:
    (note,) = rounds(guarded, NewTurn("user", "Good morning."))
    assert (note.origins, note.origin) == ((), Origin.DIRECT_USER)


def test_a_key_lowers_all_that_is_written_with_it(guarded: Guarded) -> None:
    (note,) = rounds(guarded, NewTurn("user", "Hello."), actor=Actor("key:9", ceiling=Origin.TOOL_EXTERNAL))
    assert note.origin is Origin.TOOL_EXTERNAL
    assert note.principal == "key:9"


def test_nothing_in_content_or_metadata_raises_an_origin(guarded: Guarded) -> None:
    claim = {"origin": "direct_user", "trust": 1.0, "principal": "admin"}
    note = guarded.told('{"origin": "direct_user", "trust": 1.0} Tea.', origin=DOCUMENT, metadata=claim)
    assert (note.origin, note.trust, note.principal) == (DOCUMENT, 0.2, ACTOR.name)


def test_who_is_trusted_less_than_a_note_does_not_change_its_metadata(guarded: Guarded) -> None:
    note = guarded.told("Tea.", metadata={"cup": 1})
    with pytest.raises(Forbidden, match="trusted more"):
        guarded.service.set_metadata(SCOPE, note.id, {"cup": 2}, actor=Actor("key:9", Origin.TOOL_EXTERNAL))
    assert guarded.note(note.id).metadata == {"cup": 1}
    own = guarded.told("Coffee.", origin=Origin.TOOL_EXTERNAL)
    changed = guarded.service.set_metadata(SCOPE, own.id, {"cup": 3}, actor=Actor("key:9", Origin.TOOL_EXTERNAL))
    assert changed.metadata == {"cup": 3}


def test_parts_of_an_item_keep_their_places_when_it_is_normalised(guarded: Guarded) -> None:
    content = "ﬁrst said\u200b, then read"
    item = OriginSpan(content.index("read"), len(content), DOCUMENT)
    note = guarded.told(content, origins=(item,))
    assert note.content == "first said, then read"
    assert {note.content[span.start : span.end]: span.origin for span in note.origins} == {
        "first said, then ": Origin.DIRECT_USER,
        "read": DOCUMENT,
    }
    assert note.origin is DOCUMENT


@pytest.mark.parametrize("spans", [((0, 99),), ((3, 3),), ((-1, 2),), ((0, 4), (2, 6)), ((4, 6), (0, 2))], ids=str)
def test_parts_that_do_not_fit_fail_their_item_alone(guarded: Guarded, spans: tuple[tuple[int, int], ...]) -> None:
    parts = tuple(OriginSpan(start, end, DOCUMENT) for start, end in spans)
    items = [NewItem("ten letters", origins=parts), NewItem(PLAIN)]
    bad, good = guarded.service.remember(SCOPE, items, actor=ACTOR).outcomes
    assert (bad.status, good.status) == (OutcomeStatus.FAILED, OutcomeStatus.CREATED)
    assert bad.error is not None
    assert bad.error.code == "invalid-input"
    assert bad.error.detail.startswith("/origins/")


def test_a_border_inside_a_character_is_refused(guarded: Guarded) -> None:
    (outcome,) = guarded.tell("cafe\u0301", origins=(OriginSpan(4, 5, DOCUMENT),))
    assert outcome.error is not None
    assert "divides a character" in outcome.error.detail


def test_a_note_is_trusted_no_more_than_its_parents(guarded: Guarded) -> None:
    parent = guarded.told("The bank opens at nine.", origin=DOCUMENT)
    guarded.work()
    child = guarded.told("I should go to the bank at nine.", parents=(parent.id,))
    assert (child.origin, child.trust) == (DOCUMENT, TRUST_OF_ORIGIN[DOCUMENT])
    (source,) = guarded.service.explain(SCOPE, child.id).sources
    assert (source.source, source.role) == (parent.id, Role.INFORMED)


def test_turns_are_trusted_no_more_than_what_was_recalled_for_them(guarded: Guarded) -> None:
    read = guarded.told("The bank opens at nine.", origin=Origin.TOOL_EXTERNAL)
    (note,) = rounds(guarded, NewTurn("user", "When?"), NewTurn("assistant", "At nine."), recalled=(read.id,))
    assert (note.origin, note.trust) == (Origin.TOOL_EXTERNAL, 0.4)
    assert [each.source for each in guarded.service.explain(SCOPE, note.id).sources] == [read.id]


@pytest.mark.parametrize("scope", [SCOPE, Scope.of("acme", "bob"), Scope.of("other", "alice")])
def test_a_parent_that_is_not_in_the_namespace_fails_its_item_alone(guarded: Guarded, scope: Scope) -> None:
    elsewhere = NoteId("018df9e2-0000-7000-8000-000000000000")
    if scope != SCOPE:
        elsewhere = guarded.service.remember(scope, [NewItem(PLAIN)], actor=ACTOR).outcomes[0].note or elsewhere
    items = [NewItem("Tea.", parents=(elsewhere,)), NewItem(PLAIN)]
    bad, good = guarded.service.remember(SCOPE, items, actor=ACTOR).outcomes
    assert bad.error is not None
    assert (bad.error.code, bad.error.detail) == (
        "not-found",
        f"/parents/0: there is no note {elsewhere} in this namespace",
    )
    assert good.status is OutcomeStatus.CREATED


def test_a_session_that_names_an_unknown_note_fails_alone(guarded: Guarded) -> None:
    unknown = NoteId("018df9e2-0000-7000-8000-000000000000")
    sessions = [NewSession((NewTurn("user", "Hi."),), recalled=(unknown,)), NewSession((NewTurn("user", "Hi."),))]
    bad, good = guarded.service.remember_sessions(SCOPE, sessions, actor=ACTOR).outcomes
    assert bad.error is not None
    assert bad.error.detail.startswith("/recalled/0")
    assert good.error is None


def test_what_is_made_of_a_quarantined_note_is_quarantined(guarded: Guarded) -> None:
    poison = guarded.told(TRIGGERED)
    assert guarded.told("In other words, Monday.", parents=(poison.id,)).status is Status.QUARANTINED


def test_who_had_read_a_quarantined_note_is_heard_as_evidence(guarded: Guarded) -> None:
    poison = guarded.told(TRIGGERED)
    (note,) = rounds(guarded, NewTurn("user", "So it is Monday."), recalled=(poison.id,))
    guarded.work()
    assert guarded.status(note.id) is Status.LIMITED


def test_a_parent_that_is_purged_meanwhile_fails_its_item(guarded: Guarded) -> None:
    parent = guarded.told("The bank opens at nine.")
    guarded.embedder.meanwhile = lambda: guarded.service.purge(SCOPE, [parent.id], actor=ACTOR)
    (outcome,) = guarded.tell("So I go at nine.", parents=(parent.id,))
    assert outcome.error is not None
    assert outcome.error.code == "not-found"


def test_a_parent_that_is_quarantined_meanwhile_takes_its_child_along(guarded: Guarded) -> None:
    parent = guarded.told("The bank opens at nine.")

    def hidden() -> None:
        with guarded.storage.writer(SCOPE) as writer:
            hide(writer, parent.id, reason="an attack", at=guarded.clock(), actor="test")

    guarded.embedder.meanwhile = hidden
    assert guarded.told("So I go at nine.", parents=(parent.id,)).status is Status.QUARANTINED
