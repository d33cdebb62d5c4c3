"""What later thoughts contradict is closed, or marked as in conflict; nothing is deleted (plan T5)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Status
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.thoughts import Judgement, Reason, Verdict
from memsvc.errors import NotFound
from memsvc.memory.organising import Conduct, forget_thoughts
from tests.memory.conftest import ACTOR, SCOPE
from tests.tim.conftest import UNTRUSTED, Tim

BEIJING, SHANGHAI = "The capital of China is Beijing.", "The capital of China is Shanghai."


def conflicts(tim: Tim, note: NoteId) -> set[NoteId]:
    with tim.storage.reader(SCOPE) as reader:
        return {link.other for link in reader.links.of(note, types=(LinkType.CONFLICT,))}


def test_the_older_of_two_capitals_is_closed(everywhere: Tim) -> None:
    tim = everywhere
    (old,) = tim.think(SHANGHAI, days=-3).thoughts
    (new,) = tim.think(BEIJING).thoughts
    (found,) = tim.forget().judgements
    assert (found.verdict, found.older, found.newer, found.reason) == (
        Verdict.SUPERSEDE,
        old,
        new,
        Reason.FUNCTIONAL,
    )
    closed = tim.note(old)
    assert (closed.status, closed.superseded_by, closed.valid_to) == (Status.SUPERSEDED, new, tim.clock.now)
    assert tim.current() == [BEIJING]


def test_what_was_closed_was_so_before(tim: Tim) -> None:
    tim.think(SHANGHAI, days=-3)
    tim.think(BEIJING)
    tim.forget()
    assert tim.held_at(tim.clock.now - timedelta(days=1)) == [SHANGHAI]
    assert tim.held_at(tim.clock.now) == [BEIJING]


def test_what_is_closed_is_so_by_the_next_after_it_whichever_is_compared(tim: Tim) -> None:
    (old,) = tim.think("The capital of China is Xian.", days=-9).thoughts
    (latest,) = tim.think(BEIJING).thoughts
    (between,) = tim.think(SHANGHAI, days=-3).thoughts
    forget_thoughts(tim.context, SCOPE, Conduct(ACTOR), notes=[latest])
    assert tim.note(old).superseded_by == between
    assert tim.note(between).superseded_by == latest


def test_older_evidence_that_comes_late_closes_nothing_newer(tim: Tim) -> None:
    tim.think(BEIJING)
    tim.forget()
    tim.think(SHANGHAI, days=-3)
    tim.forget()
    assert tim.current() == [BEIJING]
    assert tim.held_at(tim.clock.now - timedelta(days=1)) == [SHANGHAI]


def test_likes_and_dislikes_flip_and_flip_back(tim: Tim) -> None:
    for day, said in enumerate(("I love hiking a lot.", "I hate hiking a lot.", "I really like hiking a lot.")):
        tim.think(said, days=day - 3)
        tim.forget()
    assert tim.current() == ["User really likes hiking a lot."]


def test_cessation_closes_what_it_denies(tim: Tim) -> None:
    tim.think("I work at Acme in the lab.", days=-3)
    tim.think("I no longer work at Acme in the lab.")
    tim.forget()
    assert tim.current() == ["User no longer work at Acme in the lab."]


def test_two_dated_runs_both_stay(tim: Tim) -> None:
    tim.think("I ran a marathon on May 3rd last year.", "I ran a marathon on June 7th last year.")
    before = tim.state()
    assert tim.forget().judgements == ()
    assert tim.state() == before


def test_a_dry_run_says_the_same_and_changes_nothing(tim: Tim) -> None:
    tim.think(SHANGHAI, days=-3)
    tim.think(BEIJING)
    before = tim.state()
    planned = tim.forget(dry_run=True)
    assert planned.dry_run
    assert tim.state() == before
    assert tim.forget().judgements == planned.judgements


def test_forgetting_twice_changes_nothing(tim: Tim) -> None:
    tim.think(SHANGHAI, days=-3)
    tim.think(BEIJING)
    tim.forget()
    before = tim.state()
    assert tim.forget().judgements == ()
    assert tim.state() == before


def test_of_three_each_is_closed_by_the_next(tim: Tim) -> None:
    places = ("Rome", "Oslo", "Bern")
    notes = [tim.think(f"I live in {place} now.", days=day - 5).thoughts[0] for day, place in enumerate(places)]
    tim.forget()
    assert [tim.note(note).superseded_by for note in notes] == [notes[1], notes[2], None]


def test_lower_trust_closes_nothing_and_both_are_linked(everywhere: Tim) -> None:
    tim = everywhere
    (old,) = tim.think(BEIJING, days=-3).thoughts
    (new,) = tim.think(SHANGHAI, actor=UNTRUSTED).thoughts
    (found,) = tim.forget().judgements
    assert found.verdict is Verdict.CONFLICT
    assert tim.current() == [BEIJING, SHANGHAI]
    assert conflicts(tim, old) == {new}
    assert tim.forget().judgements == ()


def test_a_quarantined_thought_closes_nothing(tim: Tim) -> None:
    (old,) = tim.think(BEIJING, days=-3).thoughts
    (new,) = tim.think(SHANGHAI).thoughts
    with tim.storage.writer(SCOPE) as writer:
        writer.change_status(StatusChange(new, Operation.UPDATED, Status.QUARANTINED, tim.clock.now, "guard"))
    assert tim.forget().judgements == ()
    assert tim.note(old).status is Status.ACTIVE


def test_a_closed_thought_can_be_restored_with_its_history(tim: Tim) -> None:
    (old,) = tim.think(SHANGHAI, days=-3).thoughts
    tim.think(BEIJING)
    tim.forget()
    before = tim.note(old)
    restored = tim.service.restore(SCOPE, old, actor=ACTOR)
    assert (restored.status, restored.valid_to, restored.content) == (Status.ACTIVE, None, before.content)
    operations = [change.operation for change in tim.service.history(SCOPE, old)]
    assert operations == [Operation.CREATED, Operation.SUPERSEDED, Operation.RESTORED]


def test_what_was_restored_is_closed_again_only_by_what_comes_after(tim: Tim) -> None:
    (old,) = tim.think(SHANGHAI, days=-3).thoughts
    tim.think(BEIJING, days=-2)
    tim.forget()
    tim.service.restore(SCOPE, old, actor=ACTOR)
    assert [each.verdict for each in tim.forget().judgements] == [Verdict.CONFLICT]
    tim.clock.forward(hours=1)
    tim.think("The capital of China is still Beijing.")
    assert [each.older for each in tim.forget().judgements] == [old]


def test_two_organisers_at_once_close_once(everywhere: Tim) -> None:
    tim = everywhere
    (old,) = tim.think(SHANGHAI, days=-3).thoughts
    tim.think(BEIJING)
    found: list[Judgement] = []
    barrier = threading.Barrier(2)

    def organise() -> None:
        barrier.wait()
        found.extend(tim.forget().judgements)

    threads = [threading.Thread(target=organise) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    assert tim.note(old).version == 2


def test_it_works_across_the_pages_of_a_sweep(quick: Tim) -> None:
    quick.think(SHANGHAI, days=-3)
    for start in range(0, 120, 15):
        quick.think(*(f"I own a boat called Number{start + n} now." for n in range(15)))
    quick.think(BEIJING)
    assert [each.reason for each in quick.forget().judgements] == [Reason.FUNCTIONAL]


def test_a_namespace_that_does_not_exist_is_not_found(quick: Tim) -> None:
    with pytest.raises(NotFound):
        quick.service.forget_thoughts(Scope.of("acme", "nobody"), actor=ACTOR)
