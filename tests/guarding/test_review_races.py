"""Reviews and rollbacks of one note at the same time: one of them decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from memsvc.domain.guarding import Decision
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.rollbacks import RolledBack
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, MemsvcError, NotFound
from memsvc.memory.guarding.hiding import hide
from memsvc.ports.storage import Writer
from memsvc_stores.sql import open_storage
from tests.guarding.conftest import ACTOR, PLAIN, TRIGGERED, Guarded, indifferent
from tests.memory.conftest import SCOPE, make_world

ALICE, BOB = Actor("alice"), Actor("bob")
Done = Note | RolledBack | MemsvcError


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guarded]:
    """Return a service whose store several threads use at a time."""
    is_sqlite = request.param == "sqlite"
    storage = open_storage(
        f"sqlite:///{tmp_path / 'm.db'}" if is_sqlite else request.getfixturevalue("postgres_url")
    )
    made = make_world(storage, tmp_path / "indexes")
    world = Guarded(made.context, storage, made.embedder, made.clock)
    world.using(indifferent("transplant", "hubness", "run_vectors"))
    yield world
    made.context.index.close()
    storage.close()


def quarantined(guarded: Guarded) -> NoteId:
    note = guarded.told(PLAIN).id
    with guarded.storage.writer(SCOPE) as writer:
        hide(writer, note, reason="found", at=guarded.clock(), actor=ACTOR.name)
    return note


def at_once(*actions: Callable[[], Note | RolledBack]) -> list[Done]:
    """Do all at the same time and return what each gave or raised."""
    ready, done = threading.Barrier(len(actions)), dict[int, Done]()

    def do(place: int) -> None:
        ready.wait(timeout=9)
        try:
            done[place] = actions[place]()
        except MemsvcError as error:
            done[place] = error

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [done[place] for place in range(len(actions))]


def during_the_call(shared: Guarded, monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Do something between the next read of the store and the write that follows it."""
    open_writer = shared.storage.writer

    def after_the_action(scope: Scope) -> AbstractContextManager[Writer]:
        monkeypatch.setattr(shared.storage, "writer", open_writer)
        action()
        return open_writer(scope)

    monkeypatch.setattr(shared.storage, "writer", after_the_action)


def test_of_two_reviews_one_stands(shared: Guarded) -> None:
    note = quarantined(shared)
    done = at_once(
        partial(shared.service.release, SCOPE, note, actor=ALICE, reason="harmless"),
        partial(shared.service.reject, SCOPE, note, actor=BOB, reason="planted"),
    )
    assert [type(each) for each in done if isinstance(each, MemsvcError)] == [Conflict]
    review = shared.service.explain(SCOPE, note).review
    assert review is not None
    released = review.decision is Decision.RELEASED
    assert shared.status(note) is (Status.ACTIVE if released else Status.QUARANTINED)
    assert shared.events() == ["released" if released else "rejected"]


def test_a_rollback_has_the_last_word_over_a_release(shared: Guarded) -> None:
    note = quarantined(shared)
    released, _ = at_once(
        partial(shared.service.release, SCOPE, note, actor=ALICE, reason="harmless"),
        partial(shared.service.rollback, SCOPE, note=note, dry_run=False, actor=BOB, reason="planted"),
    )
    assert isinstance(released, Note | Conflict)
    review = shared.service.explain(SCOPE, note).review
    assert review is not None
    assert (shared.status(note), review.decision, review.actor) == (Status.QUARANTINED, Decision.REJECTED, "bob")


def test_what_is_quarantined_and_told_twice_at_once_is_stored_once(shared: Guarded) -> None:
    done = at_once(*[lambda: shared.told(TRIGGERED)] * 4)
    (waiting,) = shared.service.quarantine(SCOPE, after_row=0, limit=9)
    assert [each.id for each in done if isinstance(each, Note)] == [waiting.note.id] * 4


def test_of_two_rollbacks_one_hides_the_note(shared: Guarded) -> None:
    note = shared.told(PLAIN).id
    done = at_once(
        *(
            partial(shared.service.rollback, SCOPE, note=note, dry_run=False, actor=actor, reason="planted")
            for actor in (ALICE, BOB)
        )
    )
    found = sorted((each.quarantined, each.already) for each in done if isinstance(each, RolledBack))
    assert found == [((), (note,)), ((note,), ())]
    assert shared.events() == ["rolled_back"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_rollback_of_what_is_purged_meanwhile_changes_nothing(
    shared: Guarded, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    note = shared.told(PLAIN).id
    during_the_call(shared, monkeypatch, lambda: shared.service.purge(SCOPE, [note], actor=BOB))
    with pytest.raises(NotFound, match="purged meanwhile"):
        shared.service.rollback(SCOPE, note=note, dry_run=dry_run, actor=ALICE, reason="planted")
    assert shared.events() == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_another_rollback_has_hidden_meanwhile_is_left_to_it(
    shared: Guarded, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    first, second = shared.told(PLAIN).id, shared.told(f"{PLAIN} Or on Tuesday.").id
    bob = partial(shared.service.rollback, SCOPE, dry_run=False, actor=BOB, reason="planted")
    during_the_call(shared, monkeypatch, lambda: bob(note=first))
    done = shared.service.rollback(SCOPE, principal=ACTOR.name, dry_run=dry_run, actor=ALICE, reason="planted")
    assert (done.roots, done.already, done.quarantined) == ((first, second), (first,), (second,))
