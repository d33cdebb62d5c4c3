"""Notes that share the words which another was quarantined for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from memsvc.domain.guarding import Assessment, Ledgers, Signal, Stage, Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import GUARD_PROBE
from memsvc.domain.notes import Note, Origin, Status
from memsvc.domain.policies import GuardLevel
from memsvc.domain.receipts import Actor
from memsvc.guard.decide import SHARES
from memsvc.guard.model_file import GuardModel, benign_name
from memsvc.memory.guarding.hiding import hide
from tests.guarding.conftest import ACTOR, PLAIN, TRIGGERED, Guarded, indifferent
from tests.memory.conftest import SCOPE

SHARED = "zebra quantum lasagna forklift"
STRAGGLER = f"The kitchen window at home lets the rain in, so I will call somebody. {SHARED}"
SENSIBLE = "Is a zebra quantum lasagna forklift what the children called it?"
PAGE = Origin.UNTRUSTED_DOCUMENT


def doubting(least: float = 10.0) -> GuardModel:
    """Return a model to which a score of `wordlm` over 40 is an attack, and one over `least` all but one."""
    prior = {
        benign_name("wordlm", "any", "any", "values"): np.array([least, 40.0], np.float32),
        benign_name("wordlm", "any", "any", "below"): np.array([9_975, 10_000], np.uint32),
    }
    without = indifferent(*SHARES)
    return replace(without, arrays={**without.arrays, **prior})


@pytest.fixture
def watched(guarded: Guarded) -> Guarded:
    guarded.using(doubting())
    return guarded


def accomplices(guarded: Guarded, note: NoteId, stage: str = "probe") -> list[Signal]:
    return [each for each in guarded.assessments(note)[stage].signals if each.detector == "accomplice"]


def is_looked_at(guarded: Guarded, note: NoteId) -> int:
    """Return how many jobs were there to look at a note beside another."""
    payloads = [job.payload for job in guarded.jobs(GUARD_PROBE)]
    return sum(note in str(each["notes"]) for each in payloads if each.get("beside"))


def held(guarded: Guarded, text: str, signal: Signal, **fields: object) -> Note:
    """Return a note that its probe has quarantined by a signal."""
    guarded.using(indifferent(*SHARES))
    note = guarded.told(text, **fields)
    found = Assessment(Stage.PROBE, Verdict.QUARANTINE, Ledgers(1.0, 0.0, 0.0), (signal,), guarded.clock(), "test")
    with guarded.storage.writer(SCOPE) as writer:
        writer.guard.put_assessments({note.id: found})
        hide(writer, note.id, reason="it looks like an attack", at=guarded.clock(), actor=ACTOR.name)
    guarded.using(doubting())
    return note


def span_of(words: str, text: str = TRIGGERED) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def test_alone_it_is_let_in(watched: Guarded) -> None:
    note = watched.told(STRAGGLER)
    watched.work()
    assert watched.status(note.id) is Status.ACTIVE


@pytest.mark.parametrize("texts", [(STRAGGLER, TRIGGERED), (TRIGGERED, STRAGGLER)])
def test_one_of_the_same_request_is_hidden_after_it(watched: Guarded, texts: tuple[str, str]) -> None:
    outcomes = dict(zip(texts, watched.tell(*texts), strict=True))
    note = outcomes[STRAGGLER].note
    assert note is not None
    assert [outcomes[text].status for text in (STRAGGLER, TRIGGERED)] == ["created", "quarantined"]
    watched.work()
    assert watched.status(note) is Status.QUARANTINED
    (signal,) = accomplices(watched, note)
    assert (signal.score, signal.p, signal.span) == (1.0, 1.0, span_of(SHARED, STRAGGLER))
    assert signal.why.endswith("bits with a quarantined note, in the words that one was quarantined for")
    assert watched.events() == ["assessed", "assessed"]


def test_an_older_one_is_hidden_after_it(watched: Guarded) -> None:
    note = watched.told(STRAGGLER)
    watched.work()
    watched.tell(TRIGGERED)
    watched.work()
    assert watched.status(note.id) is Status.QUARANTINED


def test_a_newer_one_is_hidden_at_once(watched: Guarded) -> None:
    watched.tell(TRIGGERED)
    note = watched.told(STRAGGLER)
    assert note.status is Status.QUARANTINED
    assert len(accomplices(watched, note.id, "write")) == 1


@pytest.mark.parametrize("texts", [(STRAGGLER, TRIGGERED), (TRIGGERED, STRAGGLER)])
def test_those_of_one_probe_are_looked_at_again_once_one_is_hidden(
    guarded: Guarded, texts: tuple[str, str]
) -> None:
    guarded.using(indifferent(*SHARES))
    outcomes = dict(zip(texts, guarded.tell(*texts, origin=PAGE), strict=True))
    guarded.using(doubting())
    guarded.work()
    assert [guarded.status(each.note) for each in outcomes.values() if each.note] == [Status.QUARANTINED] * 2
    assert [job.result for job in reversed(guarded.jobs(GUARD_PROBE))] == [
        {"probed": 2, "limited": 1, "quarantined": 1},
        {"probed": 1, "quarantined": 1},
    ]


def test_a_scan_that_hides_one_has_the_others_looked_at(guarded: Guarded) -> None:
    guarded.using(indifferent(*SHARES))
    first, second = guarded.told(STRAGGLER), guarded.told(TRIGGERED)
    guarded.work()
    guarded.using(doubting())
    guarded.service.scan(SCOPE, actor=ACTOR, apply=False)
    assert is_looked_at(guarded, first.id) == 0
    guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    assert [guarded.status(each.id) for each in (first, second)] == [Status.ACTIVE, Status.QUARANTINED]
    guarded.work()
    assert guarded.status(first.id) is Status.QUARANTINED


def test_a_scan_sees_what_is_quarantined_already(guarded: Guarded) -> None:
    guarded.using(indifferent(*SHARES))
    note = guarded.told(STRAGGLER)
    guarded.work()
    held(guarded, TRIGGERED, Signal("wordlm", 41.0, 1e-6, span=span_of(SHARED)))
    guarded.service.scan(SCOPE, actor=ACTOR, apply=True)
    assert guarded.status(note.id) is Status.QUARANTINED


def test_all_of_many_are_looked_at(watched: Guarded) -> None:
    texts = [f"Number {number} of the letters goes to the garden club. {SHARED}" for number in range(23)]
    outcomes = watched.tell(*texts, TRIGGERED)
    watched.work()
    assert {watched.status(each.note) for each in outcomes if each.note} == {Status.QUARANTINED}


def test_what_is_looked_at_again_is_bounded(watched: Guarded) -> None:
    texts = [f"Number {number} of the letters goes to the garden club. {SHARED}" for number in range(40)]
    watched.tell(*texts, TRIGGERED)
    again = [job.payload for job in watched.jobs(GUARD_PROBE) if job.payload.get("beside")]
    assert sorted(len(each["notes"]) for each in again if isinstance(each["notes"], list)) == [12, 20]


@pytest.mark.parametrize("detector", ["wordlm", "transplant", "runs"])
@pytest.mark.parametrize("key", [None, 0])
def test_it_counts_what_quarantined_the_other_and_where(guarded: Guarded, detector: str, key: int | None) -> None:
    held(guarded, TRIGGERED, Signal(detector, 1.0, 1e-6, span=span_of(f"{SHARED} umbrella"), key=key))
    assert guarded.told(STRAGGLER).status is Status.QUARANTINED


@pytest.mark.parametrize(
    "signal",
    [
        Signal("payload", 1.0, 1e-6, span=span_of(SHARED)),
        Signal("hubness", 1.0, 1e-6, span=span_of(SHARED)),
        Signal("accomplice", 1.0, 1.0, span=span_of(SHARED)),
        Signal("wordlm", 1.0, 0.01, span=span_of(SHARED)),
        Signal("wordlm", 1.0, 0.0006, span=span_of(SHARED)),
        Signal("transplant", 1.0, 1e-6),
        Signal("transplant", 1.0, 1e-6, span=span_of("When is my appointment? zebra")),
        Signal("transplant", 1.0, 1e-6, span=span_of(SHARED), key=9),
    ],
    ids=[
        "payload",
        "no place",
        "an accomplice itself",
        "not alone",
        "by little",
        "nowhere",
        "elsewhere",
        "no such key",
    ],
)
def test_what_else_quarantined_another_does_not_count(guarded: Guarded, signal: Signal) -> None:
    held(guarded, TRIGGERED, signal)
    note = guarded.told(STRAGGLER)
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE
    assert accomplices(guarded, note.id) == []


def test_what_is_trusted_less_takes_nothing_along(watched: Guarded) -> None:
    older = watched.told(STRAGGLER)
    watched.tell(TRIGGERED, origin=PAGE, actor=Actor("key:page"))
    newer = watched.told(STRAGGLER.replace("somebody", "a roofer"))
    assert is_looked_at(watched, older.id) == 0
    watched.work()
    watched.service.scan(SCOPE, actor=ACTOR, apply=True)
    assert {watched.status(each.id) for each in (older, newer)} == {Status.ACTIVE}


def test_what_is_trusted_more_takes_along_what_is_trusted_less(watched: Guarded) -> None:
    older = watched.told(STRAGGLER, origin=PAGE)
    watched.tell(TRIGGERED)
    watched.work()
    newer = watched.told(STRAGGLER.replace("somebody", "a roofer"), origin=PAGE)
    assert {watched.status(each.id) for each in (older, newer)} == {Status.QUARANTINED}


def test_what_was_released_takes_nothing_along(watched: Guarded) -> None:
    released = watched.told(TRIGGERED)
    watched.service.release(SCOPE, released.id, actor=ACTOR, reason="a game of words")
    with watched.storage.writer(SCOPE) as writer:
        hide(writer, released.id, reason="rolled back", at=watched.clock(), actor=ACTOR.name)
    assert watched.told(STRAGGLER).status is Status.ACTIVE


def test_what_was_released_is_not_taken_along(watched: Guarded) -> None:
    released = watched.told(TRIGGERED)
    watched.service.release(SCOPE, released.id, actor=ACTOR, reason="a game of words")
    watched.tell(TRIGGERED.replace("appointment", "operation"))
    assert is_looked_at(watched, released.id) == 0
    watched.work()
    assert watched.status(released.id) is Status.ACTIVE


def test_a_phrase_of_the_house_takes_nothing_along(watched: Guarded) -> None:
    watched.using(indifferent(*SHARES))
    watched.tell(*(f"Number {number} of the letters goes to the garden club. {SHARED}" for number in range(65)))
    held(watched, TRIGGERED, Signal("wordlm", 41.0, 1e-6, span=span_of(SHARED)))
    assert watched.told(STRAGGLER).status is Status.ACTIVE


@pytest.mark.parametrize(("probed", "status"), [(True, Status.ACTIVE), (False, Status.QUARANTINED)])
def test_a_run_of_notes_found_ordinary_takes_nothing_along(watched: Guarded, probed: bool, status: Status) -> None:
    watched.using(indifferent(*SHARES))
    watched.tell(*(f"Number {number} of the letters goes to the garden club. {SHARED}" for number in range(3)))
    if probed:
        watched.work()
    held(watched, TRIGGERED, Signal("wordlm", 41.0, 1e-6, span=span_of(SHARED)))
    assert watched.told(STRAGGLER).status is status


def test_what_has_too_little_of_its_own_stays_and_is_not_looked_at_for_ever(guarded: Guarded) -> None:
    guarded.using(doubting(least=39.0))
    note = guarded.told(STRAGGLER)
    guarded.tell(TRIGGERED)
    guarded.work()
    assert guarded.status(note.id) is Status.ACTIVE
    assert len(accomplices(guarded, note.id)) == 1
    assert is_looked_at(guarded, note.id) == 1
    guarded.tell(TRIGGERED.replace("appointment", "operation"), TRIGGERED.replace("appointment", "lesson"))
    guarded.work()
    assert is_looked_at(guarded, note.id) == 1


def test_two_that_share_are_hidden_once_each(watched: Guarded) -> None:
    watched.using(indifferent(*SHARES))
    watched.tell(TRIGGERED, STRAGGLER, TRIGGERED.replace("appointment", "operation"), PLAIN)
    watched.work()
    watched.using(doubting())
    watched.service.scan(SCOPE, actor=ACTOR, apply=True)
    watched.work()
    done = len(watched.jobs(GUARD_PROBE))
    for _ in range(2):
        watched.service.scan(SCOPE, actor=ACTOR, apply=True)
        watched.work()
    assert len(watched.jobs(GUARD_PROBE)) == done == 2


def test_what_waits_to_be_looked_at_is_queued_once(watched: Guarded) -> None:
    note = watched.told(STRAGGLER)
    for word in ("operation", "lesson", "flight"):
        watched.tell(TRIGGERED.replace("appointment", word))
    assert is_looked_at(watched, note.id) == 1


def test_without_a_guard_nothing_is_taken_along(watched: Guarded) -> None:
    watched.tell(TRIGGERED)
    watched.wants(level=GuardLevel.OFF)
    assert watched.told(STRAGGLER).status is Status.ACTIVE


def test_where_it_fails_open_its_failure_is_named(watched: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    watched.tell(TRIGGERED)
    monkeypatch.setattr("memsvc.memory.guarding.accomplices._accomplice", fail)
    note = watched.told(STRAGGLER)
    assert note.status is Status.ACTIVE
    assert watched.assessments(note.id)["write"].degraded == ("accomplice",)
