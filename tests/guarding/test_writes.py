"""What the guard does with new notes before they are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from memsvc.domain.drafts import NewSession, NewTurn, OutcomeStatus
from memsvc.domain.guarding import Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import GUARD_PROBE, LINK_NOTES
from memsvc.domain.notes import Origin, OriginSpan, Status
from memsvc.domain.policies import Failing, GuardLevel, GuardPolicy, LinkPolicy, Policy, Probing
from memsvc.domain.recall import RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.errors import GuardModelError
from memsvc.guard.model_file import GuardModel
from memsvc.memory.guarding.hiding import hide
from memsvc.memory.guarding.recording import queue_probes
from tests.guarding.conftest import ACTOR, EVERYTHING, ORDER, PLAIN, TRIGGERED, Guarded, flagging, packaged
from tests.memory.conftest import SCOPE

HIDDEN = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")


def test_what_a_trusted_user_says_is_active_at_once(guarded: Guarded) -> None:
    (outcome,) = guarded.tell(PLAIN)
    assert outcome.status is OutcomeStatus.CREATED
    assert guarded.told("Tea is fine.").status is Status.ACTIVE


def test_what_comes_from_outside_is_evidence_only_until_it_was_probed(guarded: Guarded) -> None:
    (outcome,) = guarded.tell(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT)
    assert outcome.status is OutcomeStatus.LIMITED
    assert len(guarded.jobs(GUARD_PROBE)) == 1


def test_a_planted_trigger_is_stored_and_hidden(guarded: Guarded) -> None:
    (outcome,) = guarded.tell(TRIGGERED)
    assert outcome.status is OutcomeStatus.QUARANTINED
    assert guarded.service.recall(SCOPE, RecallQuery(TRIGGERED)).hits == ()
    (waiting,) = guarded.service.quarantine(SCOPE, after_row=0, limit=9)
    assert waiting.note.id == outcome.note
    assert waiting.assessments[0].verdict is Verdict.QUARANTINE


def test_a_planted_trigger_is_hidden_in_a_round_as_well(guarded: Guarded) -> None:
    session = NewSession((NewTurn("user", TRIGGERED), NewTurn("assistant", "On Monday.")))
    (outcome,) = guarded.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    assert [each.status for each in outcome.rounds] == [OutcomeStatus.QUARANTINED]


def test_hidden_text_is_taken_out_and_kept_for_audit(guarded: Guarded) -> None:
    note = guarded.told(f"Hello{HIDDEN} there")
    explained = guarded.service.explain(SCOPE, note.id)
    assert (note.content, note.status) == ("Hello there", Status.LIMITED)
    assert explained.original == f"Hello{HIDDEN} there"
    (found,) = [signal for signal in explained.assessments[0].signals if signal.detector == "invisible"]
    assert (found.score, found.p) == (1.0, 1.0)


def test_hidden_text_from_outside_is_quarantined(guarded: Guarded) -> None:
    assert guarded.told(f"Hello{HIDDEN} there", origin=Origin.TOOL_EXTERNAL).status is Status.QUARANTINED


def test_a_soft_hyphen_is_no_matter(guarded: Guarded) -> None:
    note = guarded.told("We co\xadoperate on the garden.")
    assert (note.content, note.status) == ("We cooperate on the garden.", Status.ACTIVE)


@pytest.mark.parametrize("where", ["before it is stored", "by its probe", "by a scan"])
def test_hidden_text_in_metadata_from_outside_is_quarantined(guarded: Guarded, where: str) -> None:
    page = Origin.UNTRUSTED_DOCUMENT
    if where != "before it is stored":
        guarded.wants(level=GuardLevel.OFF)
    note = guarded.told(PLAIN, origin=page, metadata={"source": ["a page", f"a{HIDDEN}"]})
    guarded.wants(level=GuardLevel.BALANCED)
    if where == "by its probe":
        with guarded.storage.writer(SCOPE) as writer:
            queue_probes(guarded.context, writer, [note], now=guarded.clock())
        guarded.work()
    if where == "by a scan":
        guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    assert guarded.status(note.id) is Status.QUARANTINED


def test_instructions_in_metadata_are_found(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT, metadata={"about": {"title": ORDER}})
    (found,) = [each for each in guarded.assessments(note.id)["write"].signals if each.detector == "payload"]
    assert found.why.startswith("in the metadata: ")
    assert note.status is Status.LIMITED
    assert guarded.assessments(note.id)["write"].verdict is Verdict.LIMIT


def test_a_text_with_invisible_characters_is_the_same_note(guarded: Guarded) -> None:
    first, second = guarded.tell(PLAIN, PLAIN.replace("kitchen", "kit\u200bchen"))
    assert (second.status, second.note) == (OutcomeStatus.DUPLICATE, first.note)
    assert guarded.embedder.texts == [PLAIN]


def waiting(guarded: Guarded) -> list[NoteId]:
    return [each.note.id for each in guarded.service.quarantine(SCOPE, after_row=0, limit=99)]


def test_what_is_quarantined_and_told_again_is_not_stored_again(guarded: Guarded) -> None:
    first, same = guarded.tell(TRIGGERED, TRIGGERED)
    (later,) = guarded.tell(TRIGGERED)
    assert first.status is OutcomeStatus.QUARANTINED
    assert (same, later) == (first, first)
    assert waiting(guarded) == [first.note]
    assert guarded.events() == ["assessed"]


def test_what_a_probe_or_a_reviewer_has_hidden_is_not_stored_again(guarded: Guarded) -> None:
    note = guarded.told(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT)
    with guarded.storage.writer(SCOPE) as writer:
        hide(writer, note.id, reason="probed", at=guarded.clock(), actor=ACTOR.name)
    guarded.service.reject(SCOPE, note.id, actor=ACTOR, reason="planted")
    (again,) = guarded.tell(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT)
    assert (again.status, again.note) == (OutcomeStatus.QUARANTINED, note.id)
    assert waiting(guarded) == []


def test_what_another_principal_repeats_is_stored(guarded: Guarded) -> None:
    (first,) = guarded.tell(TRIGGERED)
    (theirs,) = guarded.tell(TRIGGERED, actor=Actor("key:2"))
    assert waiting(guarded) == [first.note, theirs.note]


def read_in(start: int, end: int) -> tuple[OriginSpan, ...]:
    return (OriginSpan(start, end, Origin.UNTRUSTED_DOCUMENT),)


@pytest.mark.parametrize(
    "other",
    [{"metadata": {"page": 2}}, {"origins": read_in(1, 5)}, {"text": "Hello there"}],
    ids=["metadata", "origins", "text"],
)
def test_what_differs_in_what_was_sent_is_judged_by_itself(guarded: Guarded, other: dict[str, Any]) -> None:
    sent = {"text": f"Hello{HIDDEN} there", "origins": read_in(0, 5)}
    first, second = guarded.told(**sent), guarded.told(**{**sent, **other})
    assert second.id != first.id
    assert (second.status is Status.QUARANTINED) == ("text" not in other)


def test_what_was_released_is_repeated_as_any_note(guarded: Guarded) -> None:
    (first,) = guarded.tell(TRIGGERED)
    assert first.note is not None
    guarded.service.release(SCOPE, first.note, actor=ACTOR, reason="harmless")
    (again,) = guarded.tell(TRIGGERED)
    assert (again.status, again.note) == (OutcomeStatus.DUPLICATE, first.note)


def test_what_was_rolled_back_can_be_told_again(guarded: Guarded) -> None:
    note = guarded.told(PLAIN)
    guarded.service.rollback(SCOPE, note=note.id, dry_run=False, actor=ACTOR, reason="a mistake")
    again = guarded.told(PLAIN)
    assert (again.id != note.id, again.status) == (True, Status.ACTIVE)


def test_a_guard_that_is_off_hides_no_repeats(guarded: Guarded) -> None:
    first = guarded.told(TRIGGERED)
    guarded.wants(level=GuardLevel.OFF)
    again = guarded.told(TRIGGERED)
    assert (again.id != first.id, again.status) == (True, Status.ACTIVE)


def test_a_purge_lets_it_be_told_anew(guarded: Guarded) -> None:
    first = guarded.told(TRIGGERED)
    guarded.service.purge(SCOPE, [first.id], actor=ACTOR)
    (again,) = guarded.tell(TRIGGERED)
    assert again.status is OutcomeStatus.QUARANTINED
    assert waiting(guarded) == [again.note] != [first.id]


def test_an_instruction_from_outside_is_never_let_in(guarded: Guarded) -> None:
    note = guarded.told(ORDER, origin=Origin.TOOL_EXTERNAL)
    guarded.work()
    assert guarded.status(note.id) is Status.LIMITED


def test_everything_waits_where_the_policy_is_strict(guarded: Guarded) -> None:
    guarded.wants(level=GuardLevel.STRICT)
    assert guarded.told(PLAIN).status is Status.LIMITED


def test_what_nothing_probes_does_not_wait_for_it(guarded: Guarded) -> None:
    guarded.wants(level=GuardLevel.STRICT, probe=Probing.OFF)
    assert guarded.told(PLAIN).status is Status.ACTIVE
    assert guarded.jobs(GUARD_PROBE) == []


def test_an_absurd_text_is_blocked_where_the_policy_says_so(guarded: Guarded) -> None:
    guarded.wants(limit_risk=0.001, quarantine_risk=0.001, block_risk=0.001)
    blocked, kept = guarded.tell(TRIGGERED, PLAIN, origin=Origin.UNTRUSTED_DOCUMENT)
    assert (blocked.status, blocked.note) == (OutcomeStatus.BLOCKED, None)
    assert blocked.error is not None
    assert blocked.error.code == "guard-blocked"
    assert "zebra" not in blocked.error.detail
    assert kept.note is not None
    assert "blocked" in guarded.events()


def test_a_request_of_nothing_but_blocked_items_is_in_the_audit_log(guarded: Guarded) -> None:
    guarded.wants(limit_risk=0.001, quarantine_risk=0.001, block_risk=0.001)
    guarded.tell(TRIGGERED, origin=Origin.UNTRUSTED_DOCUMENT)
    assert guarded.events() == ["blocked"]
    assert TRIGGERED not in guarded.embedder.texts


def test_a_blocked_round_is_not_sent_in_vain_again(guarded: Guarded) -> None:
    guarded.wants(limit_risk=0.001, quarantine_risk=0.001, block_risk=0.001)
    turns = (NewTurn("tool", TRIGGERED), NewTurn("user", "Thanks."))
    session = NewSession(turns, origin=Origin.UNTRUSTED_DOCUMENT)
    (first,) = guarded.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes
    again = NewSession(turns, id=first.session, origin=Origin.UNTRUSTED_DOCUMENT)
    (second,) = guarded.service.remember_sessions(SCOPE, [again], actor=ACTOR).outcomes
    assert first.rounds[0].status is OutcomeStatus.BLOCKED
    assert (second.status, second.rounds) == ("unchanged", ())


def test_the_audit_log_tells_figures_and_no_words(guarded: Guarded) -> None:
    guarded.tell(TRIGGERED)
    (entry,) = guarded.service.audit(SCOPE, after=0, limit=9)
    assert (entry.event, entry.actor, entry.detail["verdict"]) == ("assessed", ACTOR.name, "quarantine")
    assert "zebra" not in repr(entry)


def test_off_looks_at_nothing(guarded: Guarded) -> None:
    guarded.wants(level=GuardLevel.OFF)
    note = guarded.told(TRIGGERED)
    assert note.status is Status.ACTIVE
    assert guarded.assessments(note.id) == {}


def test_a_quarantined_note_supersedes_nothing(guarded: Guarded) -> None:
    old = guarded.told(PLAIN)
    (outcome,) = guarded.tell(TRIGGERED, supersedes=old.id)
    assert outcome.degraded == ("supersedes",)
    assert guarded.status(old.id) is Status.ACTIVE


def test_an_untrusted_copy_does_not_take_the_place_of_the_users_own_words(guarded: Guarded) -> None:
    copy = guarded.told(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT)
    own = guarded.told(PLAIN)
    assert own.id != copy.id
    assert own.trust == 1.0


def test_links_wait_until_a_note_is_let_in(guarded: Guarded) -> None:
    guarded.service.set_policy(SCOPE, Policy(links=LinkPolicy(entity=True)), actor=ACTOR)
    guarded.tell(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT)
    assert guarded.jobs(LINK_NOTES) == []
    guarded.work()
    assert len(guarded.jobs(LINK_NOTES)) == 1


def test_a_burst_is_limited(guarded: Guarded) -> None:
    guarded.wants(burst_per_minute=3, probe=Probing.OFF)
    texts = [f"{PLAIN} {name} said so." for name in ("Anna", "Ben", "Carl", "Dora", "Emil")]
    statuses = [outcome.status for outcome in guarded.tell(*texts)]
    assert statuses == [OutcomeStatus.CREATED] * 3 + [OutcomeStatus.LIMITED] * 2
    assert [each.status for each in guarded.tell("Tea.", actor=Actor("key:2"))] == [OutcomeStatus.CREATED]
    guarded.clock.forward(seconds=61)
    assert [each.status for each in guarded.tell("Milk, please.")] == [OutcomeStatus.CREATED]


def test_several_writers_with_one_rare_run_are_a_crowd(guarded: Guarded) -> None:
    guarded.using(flagging("runs", among=50))
    run = "cobalt harpsichord gondola thistle"
    said = (
        "Did the parcel arrive on Friday",
        "Which doctor looks after your knee",
        "My cousin has a new flat in Rome",
    )
    outcomes = [guarded.tell(f"{text} {run}", actor=Actor(f"key:{number}"))[0] for number, text in enumerate(said)]
    assert [each.status for each in outcomes] == ["created", "created", "limited"]
    assert outcomes[2].note is not None
    assert "sybil" in {signal.detector for signal in guarded.assessments(outcomes[2].note)["write"].signals}


def test_a_newcomers_flood_is_told(guarded: Guarded) -> None:
    guarded.wants(probe=Probing.OFF)
    guarded.tell(*(f"Note {number} of the house." for number in range(200)), actor=Actor("key:old"))
    guarded.clock.forward(hours=2)
    outcomes = guarded.tell(*(f"Page {number} of the new one." for number in range(60)), actor=Actor("key:new"))
    last = outcomes[-1].note
    assert last is not None
    assert "newcomer" in {signal.detector for signal in guarded.assessments(last)["write"].signals}
    old = guarded.tell("One more of the house.", actor=Actor("key:old"))[0].note
    assert old is not None
    assert "newcomer" not in {signal.detector for signal in guarded.assessments(old)["write"].signals}


@pytest.mark.parametrize(
    ("failure", "broken"), [(GuardModelError("the guard model is gone"), "model"), (None, "payload")]
)
def test_where_it_fails_open_notes_are_stored_and_say_so(
    guarded: Guarded, failure: Exception | None, broken: str
) -> None:
    guarded.using(failure or _broken())
    guarded.wants(on_failure=Failing.OPEN)
    (outcome,) = guarded.tell(PLAIN)
    assert (outcome.status, outcome.degraded) == (OutcomeStatus.CREATED, (f"guard: {broken}",))
    assert guarded.events() == ["failed"]


@pytest.mark.parametrize("failure", [GuardModelError("the guard model is gone"), None])
def test_where_it_fails_closed_nothing_is_changed(guarded: Guarded, failure: Exception | None) -> None:
    guarded.using(failure or _broken())
    guarded.wants(on_failure=Failing.CLOSED)
    with pytest.raises(GuardModelError):
        guarded.tell(PLAIN)
    assert guarded.service.notes(SCOPE, EVERYTHING, after_row=0, limit=9) == []
    assert guarded.events() == []


def test_strict_fails_closed_and_balanced_open(guarded: Guarded) -> None:
    guarded.using(GuardModelError("the guard model is gone"))
    guarded.wants(level=GuardLevel.STRICT)
    with pytest.raises(GuardModelError):
        guarded.tell(PLAIN)
    guarded.wants(level=GuardLevel.BALANCED)
    assert guarded.tell(PLAIN)[0].degraded == ("guard: model",)


def test_another_policy_of_the_guard_is_in_the_audit_log(guarded: Guarded) -> None:
    guarded.service.set_policy(SCOPE, Policy(links=LinkPolicy(entity=True)), actor=ACTOR)
    guarded.wants(level=GuardLevel.OFF)
    (entry,) = guarded.service.audit(SCOPE, after=0, limit=9)
    assert (entry.event, entry.actor, entry.detail["version"]) == ("policy", ACTOR.name, 2)
    assert isinstance(entry.detail["guard"], dict)
    assert entry.detail["guard"]["level"] == "off"


def test_a_policys_own_values_win_over_the_levels(guarded: Guarded) -> None:
    tools = guarded.context.guard
    assert tools is not None
    resolved = tools.resolved(GuardPolicy(quarantine_risk=0.02))
    assert (resolved.limit_risk, resolved.quarantine_risk) == (0.02, 0.02)
    assert resolved.level is GuardLevel.BALANCED


def _broken() -> GuardModel:
    """Return the model with a detector that fails."""
    return replace(packaged(), payload=None)  # type: ignore[arg-type]
