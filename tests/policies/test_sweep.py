"""Sweeps: what is forgotten and admitted, page by page, and what others do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NewItem, Outcome, OutcomeStatus
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import SWEEP
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.policies import Eviction, LinkPolicy, Policy, RetentionPolicy
from memsvc.domain.recall import RecallQuery
from memsvc.domain.scope import Scope
from memsvc.domain.selection import HOLDING, Selection
from memsvc.errors import NotFound, PreconditionFailed
from memsvc.memory import retention as module
from memsvc.memory.retention_jobs import queue_sweeps
from memsvc.memory.retention_plan import Planned, plan
from tests.memory.conftest import ACTOR, SCOPE, World

ADMIT_AT_3 = RetentionPolicy(admit_after={Kind.FACT: 3})


def tell(world: World, *contents: str, scope: Scope = SCOPE) -> list[NoteId]:
    outcomes = world.service.remember(scope, [NewItem(content) for content in contents], actor=ACTOR).outcomes
    return [outcome.note for outcome in outcomes if outcome.note is not None]


def tell_once(world: World, content: str) -> Outcome:
    return world.service.remember(SCOPE, [NewItem(content)], actor=ACTOR).outcomes[0]


def put(world: World, retention: RetentionPolicy, *, links: LinkPolicy | None = None) -> None:
    policy = Policy(retention=retention, links=links or LinkPolicy())
    world.service.set_policy(SCOPE, policy, actor=ACTOR)


def run(world: World, *, dry_run: bool = False) -> list[NoteId]:
    return [step.note for step in world.service.sweep(SCOPE, actor=ACTOR, dry_run=dry_run).planned]


def status(world: World, *notes: NoteId) -> list[Status]:
    return [world.service.note(SCOPE, note).status for note in notes]


def listed(world: World) -> list[Note]:
    return world.service.notes(SCOPE, Selection(statuses=HOLDING), after_row=0, limit=99)


def recalled(world: World, text: str) -> list[NoteId]:
    return [hit.note.id for hit in world.service.recall(SCOPE, RecallQuery(text)).hits]


def test_without_a_policy_nothing_happens_and_without_a_namespace_it_is_said(world: World) -> None:
    with pytest.raises(NotFound):
        run(world)
    tell(world, "tea", "coffee")
    assert run(world) == []


def test_a_dry_run_changes_nothing_and_lists_what_the_run_does(world: World) -> None:
    old = tell(world, "tea", "coffee")
    world.clock.forward(days=8)
    new = tell(world, "milk", "beer", "wine")
    put(world, RetentionPolicy(ttl_days={Kind.FACT: 7}, max_notes=2))
    before = [*listed(world)]
    dry = world.service.sweep(SCOPE, actor=ACTOR, dry_run=True)
    assert listed(world) == before
    done = world.service.sweep(SCOPE, actor=ACTOR, dry_run=False)
    assert (dry.planned, dry.dry_run, done.dry_run) == (done.planned, True, False)
    assert [step.note for step in done.planned] == [*old, new[0]]
    assert status(world, *old, *new) == [Status.FORGOTTEN] * 3 + [Status.ACTIVE] * 2


def test_what_was_forgotten_says_why_and_can_be_restored(world: World) -> None:
    (tea,) = tell(world, "tea")
    world.clock.forward(days=8)
    put(world, RetentionPolicy(ttl_days={Kind.FACT: 7}))
    run(world)
    last = world.service.history(SCOPE, tea)[-1]
    reason = {"old": None, "new": "expired: a fact is kept for 7 days"}
    assert (last.operation, last.patch["reason"], last.actor) == (Operation.FORGOTTEN, reason, ACTOR.name)
    assert world.service.restore(SCOPE, tea, actor=ACTOR).status is Status.ACTIVE
    assert run(world) == []
    world.clock.forward(days=7)
    assert run(world) == [tea]


def test_a_second_sweep_does_nothing(world: World) -> None:
    tell(world, *"abcdef")
    put(world, RetentionPolicy(max_notes=2))
    assert len(run(world)) == 4
    assert run(world) == []


def test_a_sweep_of_many_notes_goes_on_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    monkeypatch.setattr(module, "_PAGE", 3)
    monkeypatch.setattr(module, "_MOST", 5)
    notes = tell(world, *"abcdefghi")
    put(world, RetentionPolicy(max_notes=2))
    first = world.service.sweep(SCOPE, actor=ACTOR, dry_run=False)
    assert ([step.note for step in first.planned], first.more) == (notes[:5], True)
    rest = world.service.sweep(SCOPE, actor=ACTOR, dry_run=False)
    assert ([step.note for step in rest.planned], rest.more) == (notes[5:7], False)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Act once, right after the next sweep has planned."""
    acts = [act]

    def disturbed(*arguments: Any, **named: Any) -> list[Planned]:
        made = plan(*arguments, **named)
        if acts:
            acts.pop()()
        return made

    monkeypatch.setattr(module, "plan", disturbed)


def test_notes_that_others_forget_meanwhile_are_not_followed_by_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tell(world, *"abcd")
    put(world, RetentionPolicy(max_notes=2))
    meanwhile(monkeypatch, lambda: world.service.forget(SCOPE, notes[3], actor=ACTOR))
    assert run(world) == [notes[0]]
    assert status(world, *notes) == [Status.FORGOTTEN, Status.ACTIVE, Status.ACTIVE, Status.FORGOTTEN]


def test_a_policy_that_changes_meanwhile_is_the_one_that_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tell(world, *"abcd")
    put(world, RetentionPolicy(max_notes=2))
    meanwhile(monkeypatch, lambda: put(world, RetentionPolicy(max_notes=3)))
    assert run(world) == notes[:1]


def test_what_is_forgotten_meanwhile_is_not_forgotten_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = tell(world, *"abc")
    world.clock.forward(days=8)
    put(world, RetentionPolicy(ttl_days={Kind.FACT: 7}))
    meanwhile(monkeypatch, lambda: world.service.forget(SCOPE, notes[0], actor=ACTOR))
    assert run(world) == notes[1:]


def test_a_pending_note_is_listed_and_not_recalled(world: World) -> None:
    put(world, ADMIT_AT_3)
    (tea,) = tell(world, "I like green tea")
    assert (status(world, tea), recalled(world, "green tea")) == ([Status.PENDING], [])
    assert [note.id for note in listed(world)] == [tea]


def test_the_last_sighting_that_is_needed_admits(world: World) -> None:
    put(world, ADMIT_AT_3)
    (tea,) = tell(world, "I like green tea")
    second = tell_once(world, "I like green tea")
    assert (second.status, second.note, status(world, tea)) == (OutcomeStatus.DUPLICATE, tea, [Status.PENDING])
    tell(world, "I like green tea")
    assert (status(world, tea), recalled(world, "green tea")) == ([Status.ACTIVE], [tea])
    assert world.service.history(SCOPE, tea)[-1].patch["reason"] == {"old": None, "new": "admitted: seen 3 times"}


def test_sightings_in_one_request_count_too(world: World) -> None:
    put(world, ADMIT_AT_3)
    (tea, *_) = tell(world, "tea", "tea", "tea")
    assert status(world, tea) == [Status.ACTIVE]


def test_a_note_that_need_not_wait_any_more_is_admitted_by_the_next_sweep(world: World) -> None:
    put(world, ADMIT_AT_3)
    (tea,) = tell(world, "tea")
    put(world, RetentionPolicy())
    assert (run(world), status(world, tea)) == ([tea], [Status.ACTIVE])


def test_a_pending_note_that_was_forgotten_comes_back_pending(world: World) -> None:
    put(world, ADMIT_AT_3)
    (tea,) = tell(world, "tea")
    world.service.forget(SCOPE, tea, actor=ACTOR)
    assert world.service.restore(SCOPE, tea, actor=ACTOR).status is Status.PENDING


def test_links_are_wanted_when_a_note_is_admitted_not_before(world: World) -> None:
    put(world, RetentionPolicy(admit_after={Kind.FACT: 2}), links=LinkPolicy(entity=True))
    (tea,) = tell(world, "tea")
    assert [job.kind for job in world.storage.jobs.list(SCOPE.tenant, limit=9)] == []
    tell(world, "tea")
    (job,) = world.storage.jobs.list(SCOPE.tenant, limit=9)
    assert (job.kind, job.payload) == ("notes.link", {"notes": [tea]})


def test_the_weakest_are_those_told_once(world: World) -> None:
    put(world, RetentionPolicy(max_notes=1, eviction=Eviction.WEAKEST))
    tea, coffee = tell(world, "tea", "coffee")
    tell(world, "tea")
    assert run(world) == [coffee]
    assert status(world, tea) == [Status.ACTIVE]


def test_sweeps_are_queued_where_a_policy_has_something_to_do(world: World) -> None:
    put(world, RetentionPolicy(max_notes=1))
    other = Scope.of("acme", "bob")
    world.service.set_policy(other, Policy(links=LinkPolicy(entity=True)), actor=ACTOR)
    for _ in range(2):
        queue_sweeps(world.context, now=world.clock.now)
    jobs = world.storage.jobs.list(SCOPE.tenant, limit=9)
    assert [(job.kind, job.namespace) for job in jobs] == [(SWEEP, SCOPE.namespace)]


def test_a_policy_put_again_counts_no_version(world: World) -> None:
    put(world, ADMIT_AT_3)
    put(world, ADMIT_AT_3)
    (version,) = world.service.policy_history(SCOPE)
    assert (version, version.version) == (world.service.policy(SCOPE), 1)


def test_a_policy_of_another_version_is_not_replaced(world: World) -> None:
    put(world, ADMIT_AT_3)
    with pytest.raises(PreconditionFailed):
        world.service.set_policy(SCOPE, Policy(), actor=ACTOR, expected_version=0)
    assert world.service.policy(SCOPE).policy.retention == ADMIT_AT_3  # type: ignore[union-attr]


def test_a_sweep_is_of_its_namespace_alone(world: World) -> None:
    for name in ("alice", "bob"):
        tell(world, "tea", "coffee", scope=Scope.of("acme", name))
    put(world, RetentionPolicy(max_notes=1))
    run(world)
    left = world.service.notes(Scope.of("acme", "bob"), Selection(), after_row=0, limit=9)
    assert len(left) == 2
