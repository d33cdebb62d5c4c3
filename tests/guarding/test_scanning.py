"""Scans of namespaces that were filled without a guard, or elsewhere."""

from __future__ import annotations

import pytest

from memsvc.domain.guarding import Verdict
from memsvc.domain.jobs import GUARD_SCAN, JobStatus
from memsvc.domain.notes import Note, Origin, Status
from memsvc.domain.policies import GuardLevel
from memsvc.errors import GuardModelError, NotFound
from memsvc.guard.decide import adjusted_p
from memsvc.memory.transfer import export_notes, export_sessions, import_note, import_session
from tests.guarding.conftest import ACTOR, ORDER, PLAIN, TRIGGERED, Guarded, flagging, packaged
from tests.memory.conftest import SCOPE

HIDDEN = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")


@pytest.fixture
def filled(guarded: Guarded) -> tuple[Guarded, Note, Note]:
    """Return a namespace that was filled while the guard was off: a harmless note and a planted one."""
    guarded.wants(level=GuardLevel.OFF)
    plain, planted = guarded.told(PLAIN), guarded.told(TRIGGERED)
    return guarded, plain, planted


def test_a_scan_only_tells_unless_it_is_to_apply(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, _, planted = filled
    seen: list[None] = []
    report = guarded.service.scan(SCOPE, actor=ACTOR, apply=False, on_note=lambda: seen.append(None))
    (flagged,) = report.flagged
    assert (flagged.note.id, flagged.assessment.verdict, flagged.applied) == (
        planted.id,
        Verdict.QUARANTINE,
        False,
    )
    assert (report.notes, len(seen), report.model, report.alpha) == (2, 2, packaged().version, 0.01)
    assert guarded.status(planted.id) is Status.ACTIVE
    assert guarded.assessments(planted.id) == {}
    assert guarded.events() == ["scanned"]


def test_a_scan_says_how_many_that_hijack_as_much_are_harmless(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, _, planted = filled
    page = guarded.told(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT, metadata={"by": HIDDEN})
    found = {each.note.id: each for each in guarded.service.scan(SCOPE, actor=ACTOR, apply=False).flagged}
    # Of three notes the first in order: three times its p-value.
    assert found[planted.id].q == pytest.approx(3 * adjusted_p(found[planted.id].assessment.signals))
    assert found[page.id].q == 1.0


@pytest.mark.parametrize("apply", [False, True])
def test_what_a_scan_flags_is_shown_without_what_nobody_sees(guarded: Guarded, *, apply: bool) -> None:
    guarded.wants(level=GuardLevel.OFF)
    guarded.told(PLAIN, origin=Origin.UNTRUSTED_DOCUMENT, metadata={"by": f"Eve{HIDDEN}"})
    (flagged,) = guarded.service.scan(SCOPE, actor=ACTOR, apply=apply).flagged
    assert flagged.note.metadata == {"by": "Eve"}


def test_a_scan_that_applies_hides_what_it_finds(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, plain, planted = filled
    (flagged,) = guarded.service.scan(SCOPE, actor=ACTOR, apply=True).flagged
    assert flagged.applied
    assert (guarded.status(planted.id), guarded.status(plain.id)) == (Status.QUARANTINED, Status.ACTIVE)
    assert guarded.service.scan(SCOPE, actor=ACTOR, apply=True).flagged == ()


def test_a_second_scan_embeds_nothing_again(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, _, _ = filled
    guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    before = len(guarded.embedder.texts)
    guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    # Canaries and background are embedded once a scan, the notes' spans no more.
    again = guarded.embedder.texts[before:]
    assert not any(PLAIN[:20] in text for text in again)


@pytest.mark.parametrize("apply", [True, False])
def test_what_a_person_released_is_left_and_told_no_more(filled: tuple[Guarded, Note, Note], apply: bool) -> None:
    guarded, _, planted = filled
    guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    guarded.service.release(SCOPE, planted.id, actor=ACTOR, reason="a game of words")
    assert guarded.service.scan(SCOPE, actor=ACTOR, apply=apply).flagged == ()
    assert guarded.status(planted.id) is Status.ACTIVE


def test_every_key_of_a_note_is_looked_at(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, plain, _ = filled
    guarded.using(flagging("transplant"))
    report = guarded.service.scan(SCOPE, actor=ACTOR, apply=False)
    found = {each.note.id: each.assessment for each in report.flagged}
    assert [signal.key for signal in found[plain.id].signals if signal.detector == "transplant"] == [0]


def test_invisible_characters_of_old_notes_are_found_and_shown_without(guarded: Guarded) -> None:
    guarded.wants(level=GuardLevel.OFF)
    note = guarded.told(PLAIN)
    with guarded.storage.reader(SCOPE) as reader:
        (record,) = reader.records(after_row=0, limit=1)
    guarded.service.purge(SCOPE, [note.id], actor=ACTOR)
    from dataclasses import replace

    old = replace(record, note=record.note._replace(content=PLAIN + HIDDEN))
    import_note(guarded.context, SCOPE, old, [], actor=ACTOR)
    (flagged,) = guarded.service.scan(SCOPE, actor=ACTOR, apply=False).flagged
    assert "invisible" in {signal.detector for signal in flagged.assessment.signals}
    assert guarded.note(note.id).content == PLAIN
    assert guarded.service.explain(SCOPE, note.id).original == PLAIN + HIDDEN


def test_without_the_embedder_a_scan_says_what_it_did_not_ask(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, plain, planted = filled
    guarded.embedder.broken = True
    report = guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    assert "transplant" in report.degraded
    assert guarded.status(planted.id) is Status.QUARANTINED
    assert guarded.assessments(plain.id) == {}


def test_canaries_that_cannot_be_asked_take_nothing_from_the_report(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, plain, planted = filled
    guarded.service.put_canary(SCOPE, PLAIN, k=2, actor=ACTOR)

    looked_at: list[None] = []

    def break_after_the_last() -> None:
        looked_at.append(None)
        guarded.embedder.broken = len(looked_at) == 2

    report = guarded.service.scan(SCOPE, actor=ACTOR, apply=True, on_note=break_after_the_last)
    assert ([each.note.id for each in report.flagged], report.canaries) == ([planted.id], ())
    assert report.degraded == ("canaries",)
    assert guarded.status(plain.id) is Status.ACTIVE


def test_a_scan_that_fails_is_in_the_audit_log_with_what_it_has_done(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, _, _ = filled

    def failing() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        guarded.service.scan(SCOPE, actor=ACTOR, apply=True, on_note=failing)
    (entry,) = [each for each in guarded.service.audit(SCOPE, after=0, limit=9) if each.event.value == "scanned"]
    assert (entry.detail["complete"], entry.detail["notes"]) == (False, 0)


def test_a_scan_without_its_model_or_namespace_is_refused(guarded: Guarded) -> None:
    with pytest.raises(NotFound):
        guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    guarded.told(PLAIN)
    guarded.using(GuardModelError("the guard model is gone"))
    with pytest.raises(GuardModelError):
        guarded.service.scan(SCOPE, actor=ACTOR, apply=True)


def test_a_queued_scan_is_a_job_with_figures(filled: tuple[Guarded, Note, Note]) -> None:
    guarded, _, planted = filled
    job = guarded.service.queue_scan(SCOPE, actor=ACTOR, apply=True)
    assert guarded.service.queue_scan(SCOPE, actor=ACTOR, apply=True).id == job.id
    guarded.work()
    (done,) = guarded.jobs(GUARD_SCAN)
    assert (done.id, done.status) == (job.id, JobStatus.DONE)
    assert done.result is not None
    assert (done.result["notes"], done.result["applied"]) == (2, 1)
    assert guarded.status(planted.id) is Status.QUARANTINED


def test_what_is_imported_is_scanned_soon_after(guarded: Guarded) -> None:
    guarded.wants(level=GuardLevel.OFF)
    guarded.tell(TRIGGERED, PLAIN)
    guarded.tell(ORDER, origin=Origin.UNTRUSTED_DOCUMENT)
    service = guarded.context
    sessions = list(export_sessions(service, SCOPE))
    records = list(export_notes(service, SCOPE, last_session=0))
    guarded.service.purge_namespace(SCOPE, actor=ACTOR)
    for session, digest in sessions:
        import_session(service, SCOPE, session, digest)
    for record, history in records:
        assert import_note(service, SCOPE, record, history, actor=ACTOR).stored
    assert len(guarded.jobs(GUARD_SCAN)) == 1
    guarded.clock.forward(minutes=2)
    guarded.work()
    assert [guarded.status(record.note.id) for record, _ in records] == [
        Status.QUARANTINED,
        Status.ACTIVE,
        Status.LIMITED,
    ]


def test_a_scan_trusts_what_was_written_in_a_burst_less(guarded: Guarded) -> None:
    guarded.using(flagging("payload"))
    guarded.wants(burst_per_minute=1, quarantine_risk=1.0)
    guarded.tell("Tea.")
    order = guarded.told(ORDER)
    (flagged,) = guarded.service.scan(SCOPE, actor=ACTOR, apply=False).flagged
    assert (flagged.note.id, flagged.assessment.ledgers.distrust) == (order.id, 1.0)
