"""The job that lets limited notes in, or hides them."""

from __future__ import annotations

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.jobs import GUARD_PROBE, LINK_NOTES, JobStatus, NewJob
from memsvc.domain.notes import Origin, Status
from memsvc.domain.policies import GuardLevel, LinkPolicy, Policy, Probing
from memsvc.domain.recall import RecallQuery
from memsvc.errors import GuardModelError
from memsvc.guard.decide import SHARES
from memsvc.memory.guarding.recording import probe_jobs
from memsvc.memory.rekeying import key_notes
from tests.guarding.conftest import ACTOR, ORDER, PLAIN, TRIGGERED, Guarded, flagging, indifferent
from tests.memory.conftest import SCOPE

OUTSIDE = {"origin": Origin.UNTRUSTED_DOCUMENT}


def test_a_limited_note_that_looks_harmless_is_let_in(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, **OUTSIDE)
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE
    assert guarded.assessments(note.id)["probe"].verdict == "allow"
    (job,) = guarded.jobs(GUARD_PROBE)
    assert (job.status, job.result) == (JobStatus.DONE, {"probed": 1, "active": 1})


def test_its_trust_stays_what_it_was(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, **OUTSIDE)
    guarded.work()
    assert (guarded.note(note.id).origin, guarded.note(note.id).trust) == (Origin.UNTRUSTED_DOCUMENT, 0.2)


def test_a_note_that_drags_questions_to_itself_is_hidden(guarded: Guarded) -> None:
    guarded.using(flagging("transplant"))
    note = guarded.told(PLAIN, **OUTSIDE)
    guarded.work()
    assert guarded.status(note.id) is Status.QUARANTINED
    (signal,) = [each for each in guarded.assessments(note.id)["probe"].signals if each.detector == "transplant"]
    assert signal.key == 0
    assert signal.span is not None
    assert guarded.service.recall(SCOPE, RecallQuery(PLAIN)).hits == ()


def test_a_trusted_note_is_hidden_in_hindsight_with_what_repeats_it(guarded: Guarded) -> None:
    guarded.using(flagging("transplant"))
    note = guarded.told("I am a vegetarian and live in Berlin.")
    made = guarded.service.post_think(SCOPE, [note.id], actor=ACTOR)
    assert guarded.status(note.id) is Status.ACTIVE
    guarded.work()
    assert {guarded.status(each) for each in (note.id, *made.thoughts)} == {Status.QUARANTINED}


def test_a_probe_that_fails_leaves_limited_notes_limited_and_says_so(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, **OUTSIDE)
    guarded.embedder.broken = True
    guarded.work()
    (job,) = guarded.jobs(GUARD_PROBE)
    assert (job.status, job.error) == (JobStatus.QUEUED, "EmbedderUnavailable (embedder-unavailable)")
    assert guarded.status(note.id) is Status.LIMITED
    guarded.embedder.broken = False
    guarded.clock.forward(minutes=5)
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE


def test_a_note_without_keys_keeps_no_other_from_being_let_in(guarded: Guarded) -> None:
    guarded.embedder.broken = True
    keyless = guarded.told("My sister plays the cello.", **OUTSIDE)
    guarded.embedder.broken = False
    note = guarded.told(PLAIN, **OUTSIDE)
    with guarded.storage.reader(SCOPE) as reader:
        assert reader.keys(keyless.id) == []
    job = NewJob(GUARD_PROBE, dedupe="both", payload={"notes": [keyless.id, note.id]})
    with guarded.storage.writer(SCOPE) as writer:
        writer.enqueue(job, at=guarded.clock())
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE
    assert guarded.status(keyless.id) is Status.LIMITED


def test_without_its_model_a_probe_fails_visibly(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, **OUTSIDE)
    guarded.using(GuardModelError("the guard model is gone"))
    guarded.work()
    assert guarded.jobs(GUARD_PROBE)[0].error == "GuardModelError (guard-model)"
    assert guarded.status(note.id) is Status.LIMITED


def test_a_second_probe_of_the_same_keys_embeds_nothing(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, **OUTSIDE)
    guarded.work()
    embedded = len(guarded.embedder.texts)
    (job,) = guarded.jobs(GUARD_PROBE)
    with guarded.storage.writer(SCOPE) as writer:
        writer.enqueue(probe_jobs([note.id])[0], at=guarded.clock())
    guarded.work()
    assert len(guarded.jobs(GUARD_PROBE)) == 2
    assert job.status is JobStatus.DONE
    assert len(guarded.embedder.texts) == embedded


def test_notes_with_new_keys_are_probed_again(guarded: Guarded) -> None:
    guarded.embedder.broken = True
    note = guarded.told(PLAIN, **OUTSIDE)
    guarded.embedder.broken = False
    key_notes(guarded.context, SCOPE, [note.id])
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE


def test_what_was_let_in_is_linked_only_then(guarded: Guarded) -> None:
    guarded.service.set_policy(SCOPE, Policy(links=LinkPolicy(entity=True)), actor=ACTOR)
    guarded.using(flagging("transplant"))
    guarded.told(PLAIN, **OUTSIDE)
    guarded.work()
    assert guarded.jobs(LINK_NOTES) == []


def test_only_notes_of_the_policys_choice_are_probed(guarded: Guarded) -> None:
    guarded.wants(probe=Probing.UNTRUSTED)
    guarded.told(PLAIN)
    assert guarded.jobs(GUARD_PROBE) == []
    guarded.told("Tea is on the table.", **OUTSIDE)
    assert len(guarded.jobs(GUARD_PROBE)) == 1


def test_a_thought_of_a_limited_note_stays_limited_with_it(guarded: Guarded) -> None:
    note = guarded.told(f"I am a vegetarian. {ORDER}", **OUTSIDE)
    made = guarded.service.post_think(SCOPE, [note.id], actor=ACTOR)
    assert made.thoughts
    guarded.work()
    assert {guarded.status(each) for each in (note.id, *made.thoughts)} == {Status.LIMITED}


def test_what_waits_for_a_note_is_let_in_after_it(guarded: Guarded) -> None:
    read = guarded.told("The bank opens at nine.", **OUTSIDE)
    written = guarded.told("So I go at nine.", parents=(read.id,))
    assert written.status is Status.LIMITED
    guarded.work()
    assert {guarded.status(each.id) for each in (read, written)} == {Status.ACTIVE}


def test_a_namespace_whose_guard_is_turned_off_lets_its_waiting_notes_in(guarded: Guarded) -> None:
    note, order = guarded.told(PLAIN, **OUTSIDE), guarded.told(ORDER, **OUTSIDE)
    guarded.wants(level=GuardLevel.OFF)
    guarded.work()
    assert (guarded.status(note.id), guarded.status(order.id)) == (Status.ACTIVE, Status.LIMITED)


def test_a_purged_note_and_a_released_one_are_left_alone(guarded: Guarded) -> None:
    gone = guarded.told(PLAIN, **OUTSIDE)
    guarded.service.purge(SCOPE, [gone.id], actor=ACTOR)
    held = guarded.told(TRIGGERED, **OUTSIDE)
    guarded.service.release(SCOPE, held.id, actor=ACTOR, reason="a game of words")
    guarded.work()
    assert guarded.status(held.id) is Status.ACTIVE


def test_what_is_said_again_in_the_same_session_is_nothing_rare(guarded: Guarded) -> None:
    guarded.using(flagging("runs"))
    said = [
        f"{text} cobalt harpsichord gondola thistle" for text in ("The river is high today", "The cat was hungry")
    ]

    rounds = [turn for text in said for turn in (NewTurn("user", text), NewTurn("assistant", "I see."))]
    (session,) = guarded.service.remember_sessions(SCOPE, [NewSession(tuple(rounds))], actor=ACTOR).outcomes
    together = [guarded.status(each.note) for each in session.rounds if each.note is not None]
    other = "Nobody has paid the rent for May cobalt harpsichord gondola thistle"
    apart = guarded.told(other, origin=Origin.MODEL_INFERENCE)

    assert together == [Status.ACTIVE, Status.ACTIVE]
    assert apart.status is Status.QUARANTINED


def test_what_is_said_again_in_a_session_later_is_nothing_rare(guarded: Guarded) -> None:
    guarded.using(flagging("runs"))
    turns = [NewTurn("user", "The river is high today cobalt harpsichord gondola thistle")]
    for text in ("I see.", "The cat was hungry cobalt harpsichord gondola thistle"):
        turns.append(NewTurn("user", text))
        new = NewSession(tuple(turns), id=SessionId("s"))
        (session,) = guarded.service.remember_sessions(SCOPE, [new], actor=ACTOR).outcomes
    note = session.rounds[-1].note
    assert note is not None
    guarded.work()
    assert guarded.status(note) is Status.ACTIVE


def test_a_note_that_shares_a_rare_run_with_a_later_one_is_looked_at_again(guarded: Guarded) -> None:
    run = "cobalt harpsichord gondola thistle"
    guarded.using(indifferent(*SHARES))
    first = guarded.told(f"Did the parcel for my aunt arrive on Friday {run}")
    guarded.work()
    assert guarded.status(first.id) is Status.ACTIVE
    guarded.using(flagging("runs"))
    second = guarded.told(f"Which doctor looks after our old neighbour's knee now {run}")
    assert second.status is Status.QUARANTINED
    guarded.work()
    assert guarded.status(first.id) is Status.QUARANTINED


def test_what_was_written_in_a_burst_is_trusted_less_in_its_probe(guarded: Guarded) -> None:
    guarded.using(flagging("payload"))
    guarded.wants(burst_per_minute=1, quarantine_risk=1.0)
    guarded.tell("Tea.")
    harmless, order = guarded.told(PLAIN), guarded.told(ORDER)
    guarded.work()
    assert guarded.assessments(order.id)["probe"].ledgers.distrust == 1.0
    assert (guarded.status(harmless.id), guarded.status(order.id)) == (Status.ACTIVE, Status.LIMITED)


def test_a_note_that_is_released_while_it_is_probed_stays_released(guarded: Guarded) -> None:
    guarded.using(flagging("payload"))
    guarded.wants(quarantine_risk=1.0)
    order = guarded.told(ORDER, **OUTSIDE)
    guarded.using(flagging("transplant"))
    guarded.embedder.meanwhile = lambda: guarded.service.release(SCOPE, order.id, actor=ACTOR, reason="ours")
    guarded.work()
    assert guarded.status(order.id) is Status.ACTIVE
    assert set(guarded.assessments(order.id)) == {"write"}


def test_a_note_that_was_hidden_when_its_probe_came_is_probed_when_it_is_restored(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, origin=Origin.TOOL_EXTERNAL)
    guarded.service.forget(SCOPE, note.id, actor=ACTOR)
    guarded.work()
    assert guarded.service.restore(SCOPE, note.id, actor=ACTOR).status is Status.LIMITED
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE


def test_metadata_that_replaces_what_was_probed_is_looked_at(guarded: Guarded) -> None:
    guarded.using(flagging("payload"))
    note = guarded.told(PLAIN, origin=Origin.TOOL_EXTERNAL)
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE
    guarded.clock.forward(seconds=1)
    guarded.service.set_metadata(SCOPE, note.id, {"hint": ORDER}, actor=ACTOR)
    guarded.work()
    assert guarded.status(note.id) is Status.LIMITED
