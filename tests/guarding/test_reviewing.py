"""Review, the audit log, and canaries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.guarding import Decision
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import LINK_NOTES
from memsvc.domain.notes import Note, Origin, Status
from memsvc.domain.policies import LinkPolicy, Policy, RetentionPolicy
from memsvc.domain.recall import RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.errors import Conflict, EmbedderUnavailable, InvalidInput, NotFound
from memsvc.memory.recall_counts import RecallCounts
from tests.guarding.conftest import ACTOR, ORDER, PLAIN, TRIGGERED, Guarded, flagging
from tests.memory.conftest import SCOPE

ALICE = Actor("alice")


def test_a_released_note_is_active_and_keeps_its_trust(guarded: Guarded) -> None:
    note = guarded.told(TRIGGERED, origin=Origin.TOOL_EXTERNAL)
    after = guarded.service.release(SCOPE, note.id, actor=ALICE, reason="a game of words")
    assert (after.status, after.trust, after.origin) == (Status.ACTIVE, 0.4, Origin.TOOL_EXTERNAL)
    review = guarded.service.explain(SCOPE, note.id).review
    assert review is not None
    assert (review.decision, review.actor, review.reason) == (Decision.RELEASED, "alice", "a game of words")
    assert [hit.note.id for hit in guarded.service.recall(SCOPE, RecallQuery(TRIGGERED)).hits] == [note.id]


def test_a_released_note_is_an_example_of_what_is_harmless(guarded: Guarded) -> None:
    note = guarded.told(TRIGGERED, origin=Origin.TOOL_EXTERNAL)
    guarded.service.release(SCOPE, note.id, actor=ALICE, reason="a game of words")
    with guarded.storage.reader(SCOPE) as reader:
        assert len(reader.guard.scores("wordlm", "statement/short", limit=9)) == 1


def test_what_is_derived_of_new_notes_is_done_when_it_is_released(guarded: Guarded) -> None:
    guarded.service.set_policy(SCOPE, Policy(links=LinkPolicy(entity=True)), actor=ACTOR)
    note = guarded.told(TRIGGERED)
    assert guarded.jobs(LINK_NOTES) == []
    guarded.service.release(SCOPE, note.id, actor=ALICE, reason="fine")
    assert len(guarded.jobs(LINK_NOTES)) == 1


def test_a_rejected_note_stays_hidden_and_leaves_the_queue(guarded: Guarded) -> None:
    note = guarded.told(TRIGGERED)
    after = guarded.service.reject(SCOPE, note.id, actor=ALICE, reason="planted")
    assert after.status is Status.QUARANTINED
    assert guarded.service.quarantine(SCOPE, after_row=0, limit=9) == []
    assert [change.operation for change in guarded.service.history(SCOPE, note.id)][-1] == "rejected"


def test_a_review_stands(guarded: Guarded) -> None:
    note = guarded.told(TRIGGERED)
    guarded.service.reject(SCOPE, note.id, actor=ALICE, reason="planted")
    with pytest.raises(Conflict, match="was rejected already, by alice"):
        guarded.service.release(SCOPE, note.id, actor=ALICE, reason="after all")
    assert guarded.status(note.id) is Status.QUARANTINED


def test_only_a_quarantined_note_is_reviewed(guarded: Guarded) -> None:
    note = guarded.told(PLAIN)
    with pytest.raises(Conflict, match="is active, not quarantined"):
        guarded.service.reject(SCOPE, note.id, actor=ALICE, reason="bad")
    with pytest.raises(NotFound):
        guarded.service.release(SCOPE, NoteId("018df9e2-0000-7000-8000-000000000000"), actor=ALICE, reason="x")


def doubtful(guarded: Guarded) -> NoteId:
    guarded.using(flagging("payload"))
    guarded.wants(quarantine_risk=1.0)
    note = guarded.told(ORDER, origin=Origin.TOOL_EXTERNAL)
    guarded.work()
    assert guarded.status(note.id) is Status.LIMITED
    return note.id


def test_a_doubtful_note_can_be_released(guarded: Guarded) -> None:
    note = doubtful(guarded)
    assert guarded.service.release(SCOPE, note, actor=ALICE, reason="harmless").status is Status.ACTIVE
    guarded.work()
    assert guarded.status(note) is Status.ACTIVE


def test_a_doubtful_note_can_be_rejected(guarded: Guarded) -> None:
    note = doubtful(guarded)
    assert guarded.service.reject(SCOPE, note, actor=ALICE, reason="planted").status is Status.QUARANTINED
    assert guarded.service.quarantine(SCOPE, after_row=0, limit=9) == []


def test_a_note_that_only_waits_for_its_probe_is_not_reviewed(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, origin=Origin.TOOL_EXTERNAL)
    with pytest.raises(Conflict, match="is limited until it"):
        guarded.service.release(SCOPE, note.id, actor=ALICE, reason="in a hurry")


def answered(guarded: Guarded, *read: Note) -> NoteId:
    """Store what somebody said who had read these notes."""
    new = NewSession((NewTurn("user", PLAIN),), recalled=tuple(note.id for note in read))
    (session,) = guarded.service.remember_sessions(SCOPE, [new], actor=ACTOR).outcomes
    note = session.rounds[0].note
    assert note is not None
    guarded.work()
    return note


def test_what_a_reader_of_a_rejected_note_wrote_is_reviewed_by_itself(guarded: Guarded) -> None:
    read = guarded.told(TRIGGERED)
    note = answered(guarded, read)
    assert guarded.status(note) is Status.LIMITED
    with pytest.raises(Conflict, match="is limited until"):
        guarded.service.release(SCOPE, note, actor=ALICE, reason="harmless")
    guarded.service.reject(SCOPE, read.id, actor=ALICE, reason="planted")
    assert [each.note.id for each in guarded.service.quarantine(SCOPE, after_row=0, limit=9)] == [note]
    assert guarded.service.release(SCOPE, note, actor=ALICE, reason="harmless").status is Status.ACTIVE
    guarded.work()
    assert guarded.status(note) is Status.ACTIVE


def test_what_a_reader_of_a_rolled_back_note_wrote_can_be_looked_at(guarded: Guarded) -> None:
    read = guarded.told("The shop opens at nine.")
    note = answered(guarded, read)
    guarded.service.rollback(SCOPE, note=read.id, dry_run=False, actor=ALICE, reason="planted")
    guarded.work()
    assert [each.note.id for each in guarded.service.quarantine(SCOPE, after_row=0, limit=9)] == [note]
    assert guarded.service.reject(SCOPE, note, actor=ALICE, reason="planted").status is Status.QUARANTINED


@pytest.mark.parametrize("reviewed", [True, False], ids=["rejected", "waiting"])
def test_what_a_reader_of_an_erased_note_wrote_is_left_to_a_person(guarded: Guarded, reviewed: bool) -> None:
    read = guarded.told(TRIGGERED)
    note = answered(guarded, read)
    if reviewed:
        guarded.service.reject(SCOPE, read.id, actor=ALICE, reason="planted")
    guarded.clock.forward(seconds=1)
    guarded.service.purge(SCOPE, [read.id], actor=ALICE)
    guarded.work()
    assert guarded.status(note) is Status.LIMITED
    assert [each.note.id for each in guarded.service.quarantine(SCOPE, after_row=0, limit=9)] == [note]
    assert guarded.service.release(SCOPE, note, actor=ALICE, reason="harmless").status is Status.ACTIVE


def test_what_a_reader_of_a_harmless_erased_note_wrote_stays_as_it_is(guarded: Guarded) -> None:
    read = guarded.told("The shop opens at nine.")
    note = answered(guarded, read)
    guarded.service.purge(SCOPE, [read.id], actor=ALICE)
    assert guarded.status(note) is Status.ACTIVE
    assert guarded.service.quarantine(SCOPE, after_row=0, limit=9) == []


def test_what_was_released_is_reviewed_again_after_what_its_writer_had_read_is_rolled_back(
    guarded: Guarded,
) -> None:
    first, second = guarded.told(TRIGGERED), guarded.told("The shop opens at nine.")
    note = answered(guarded, first, second)
    guarded.service.reject(SCOPE, first.id, actor=ALICE, reason="planted")
    guarded.service.release(SCOPE, note, actor=ALICE, reason="harmless")
    guarded.service.rollback(SCOPE, note=second.id, dry_run=False, actor=ALICE, reason="planted too")
    guarded.work()
    assert guarded.status(note) is Status.LIMITED
    assert [each.note.id for each in guarded.service.quarantine(SCOPE, after_row=0, limit=9)] == [note]
    assert guarded.service.release(SCOPE, note, actor=ALICE, reason="looked at").status is Status.ACTIVE


def test_of_two_notes_that_a_note_rests_on_both_are_reviewed_first(guarded: Guarded) -> None:
    first, second = guarded.told(TRIGGERED), guarded.told(f"{TRIGGERED} Or when is my flight?")
    note = answered(guarded, first, second)
    guarded.service.reject(SCOPE, first.id, actor=ALICE, reason="planted")
    with pytest.raises(Conflict, match=f"rests on note {second.id}"):
        guarded.service.release(SCOPE, note, actor=ALICE, reason="harmless")


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1001, "nul \0", "half \ud800"])
def test_a_review_says_why(guarded: Guarded, reason: str) -> None:
    note = guarded.told(TRIGGERED)
    with pytest.raises(InvalidInput, match="/reason"):
        guarded.service.release(SCOPE, note.id, actor=ALICE, reason=reason)
    assert guarded.events() == ["assessed"]


def test_the_log_holds_and_an_unknown_head_breaks_it(guarded: Guarded) -> None:
    note = guarded.told(TRIGGERED)
    head = guarded.service.verify_audit(SCOPE).head
    guarded.service.reject(SCOPE, note.id, actor=ALICE, reason="planted")
    check = guarded.service.verify_audit(SCOPE, head=head)
    assert (check.entries, check.broken) == (2, None)
    lost = guarded.service.verify_audit(SCOPE, head="f" * 64)
    assert lost.broken is not None
    assert lost.broken.sequence == 3


def test_an_empty_log_is_whole(guarded: Guarded) -> None:
    check = guarded.service.verify_audit(SCOPE)
    assert (check.entries, check.head, check.broken) == (0, None, None)


def test_a_canary_that_answers_as_before_is_explained(guarded: Guarded) -> None:
    guarded.tell(PLAIN, "Tea is on the table.")
    canary = guarded.service.put_canary(SCOPE, "What about the kitchen window?", k=1, actor=ACTOR, id="window")
    assert len(canary.expected) == 1
    (check,) = guarded.service.check_canaries(SCOPE)
    assert (check.canary, check.explained, check.entered, check.left) == (canary, True, (), ())


def test_a_new_note_of_the_user_explains_another_answer(guarded: Guarded) -> None:
    guarded.tell(PLAIN)
    guarded.service.put_canary(SCOPE, "kitchen window", k=1, actor=ACTOR)
    guarded.clock.forward(hours=1)
    new = guarded.told("Kitchen window.")
    (check,) = guarded.service.check_canaries(SCOPE)
    assert (check.entered, check.explained) == ((new.id,), True)


def test_a_note_from_outside_does_not_explain_it(guarded: Guarded) -> None:
    guarded.tell(PLAIN)
    guarded.service.put_canary(SCOPE, "kitchen window", k=1, actor=ACTOR)
    guarded.clock.forward(hours=1)
    new = guarded.told("Kitchen window.", origin=Origin.UNTRUSTED_DOCUMENT)
    (check,) = guarded.service.check_canaries(SCOPE)
    assert (check.entered, check.explained) == ((new.id,), False)
    assert new.id in check.why


def test_what_was_forgotten_makes_room(guarded: Guarded) -> None:
    first, second = guarded.told(PLAIN), guarded.told("The window of the shop is closed.")
    guarded.service.put_canary(SCOPE, "kitchen window", k=1, actor=ACTOR)
    guarded.clock.forward(hours=1)
    guarded.service.forget(SCOPE, first.id, actor=ACTOR)
    (check,) = guarded.service.check_canaries(SCOPE)
    assert (check.now, check.left, check.explained) == ((second.id,), (first.id,), True)


def test_canaries_are_put_and_deleted_by_name(guarded: Guarded) -> None:
    guarded.tell(PLAIN)
    for k in (1, 2):
        guarded.service.put_canary(SCOPE, "kitchen window", k=k, actor=ACTOR, id="w")
    assert [(each.id, each.k) for each in guarded.service.canaries(SCOPE)] == [("w", 2)]
    guarded.service.delete_canary(SCOPE, "w", actor=ACTOR)
    assert guarded.service.canaries(SCOPE) == []
    with pytest.raises(NotFound):
        guarded.service.delete_canary(SCOPE, "w", actor=ACTOR)


def test_a_canary_needs_the_whole_recall(guarded: Guarded) -> None:
    guarded.tell(PLAIN)
    guarded.embedder.broken = True
    with pytest.raises(EmbedderUnavailable):
        guarded.service.put_canary(SCOPE, "kitchen window", k=1, actor=ACTOR)
    assert guarded.service.canaries(SCOPE) == []


def test_what_a_canary_finds_counts_as_no_recall(guarded: Guarded) -> None:
    counts = RecallCounts(guarded.storage, guarded.clock)
    guarded.context = replace(guarded.context, recall_counts=counts)
    kept = RetentionPolicy(decay_weight=0.5, half_life_days=1.0)
    guarded.service.set_policy(SCOPE, Policy(retention=kept), actor=ACTOR)
    note = guarded.told(PLAIN)
    guarded.service.put_canary(SCOPE, "kitchen window", k=1, actor=ACTOR)
    guarded.service.check_canaries(SCOPE)
    guarded.service.recall(SCOPE, RecallQuery("kitchen window"))
    counts.close()
    with guarded.storage.reader(SCOPE) as reader:
        assert [each.recalls for each in reader.strengths.of([note.id])] == [1]


@pytest.mark.parametrize(("question", "k"), [(" ", 1), ("\u200b", 1), ("x", 0), ("x", 101)])
def test_a_canary_is_a_question_for_a_few_notes(guarded: Guarded, question: str, k: int) -> None:
    guarded.tell(PLAIN)
    with pytest.raises(InvalidInput):
        guarded.service.put_canary(SCOPE, question, k=k, actor=ACTOR)


@pytest.mark.parametrize("id", ["", "x" * 129, "a\0b", "a\nb", "\ud800"])
def test_the_name_of_a_canary_can_be_seen(guarded: Guarded, id: str) -> None:
    guarded.tell(PLAIN)
    with pytest.raises(InvalidInput):
        guarded.service.put_canary(SCOPE, "kitchen window", k=1, actor=ACTOR, id=id)
