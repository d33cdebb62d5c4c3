"""Forget, restore, metadata, history, purge."""

from __future__ import annotations

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.recall import RecallQuery
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, InvalidInput, NotFound, PreconditionFailed
from tests.memory.conftest import ACTOR, SCOPE, World

MISSING = NoteId("00000000-0000-7000-8000-000000000000")


def make(world: World, content: str = "My dog is called Pixel") -> Note:
    outcome = world.service.remember(SCOPE, [NewItem(content)], actor=ACTOR).outcomes[0]
    assert outcome.note is not None
    return world.service.note(SCOPE, outcome.note)


def test_a_forgotten_note_can_be_restored(world: World) -> None:
    note = make(world)
    forgotten = world.service.forget(SCOPE, note.id, actor=ACTOR, reason="asked")
    restored = world.service.restore(SCOPE, note.id, actor=ACTOR)
    assert (forgotten.status, restored.status, restored.version) == (
        Status.FORGOTTEN,
        Status.ACTIVE,
        note.version + 2,
    )
    assert [hit.note.id for hit in world.service.recall(SCOPE, RecallQuery("dog")).hits] == [note.id]


def superseded(world: World) -> Note:
    old = make(world, "I live in Rome")
    world.service.remember(SCOPE, [NewItem("I live in Oslo", supersedes=old.id)], actor=ACTOR)
    return world.service.note(SCOPE, old.id)


def test_a_superseded_note_that_was_forgotten_comes_back_superseded(world: World) -> None:
    before = superseded(world)
    world.service.forget(SCOPE, before.id, actor=ACTOR)
    restored = world.service.restore(SCOPE, before.id, actor=ACTOR)
    assert restored == before._replace(version=before.version + 2)


def test_what_comes_back_superseded_takes_no_place(world: World) -> None:
    before = superseded(world)
    world.service.forget(SCOPE, before.id, actor=ACTOR)
    twin = make(world, before.content)
    assert world.service.restore(SCOPE, before.id, actor=ACTOR).status is Status.SUPERSEDED
    assert make(world, before.content) == twin


def test_a_superseded_note_is_restored_without_an_end(world: World) -> None:
    restored = world.service.restore(SCOPE, superseded(world).id, actor=ACTOR)
    assert (restored.status, restored.valid_to, restored.expired_at, restored.superseded_by) == (
        Status.ACTIVE,
        None,
        None,
        None,
    )


def test_a_limited_note_is_not_raised_by_forgetting_it(world: World) -> None:
    note = make(world)
    with world.storage.writer(SCOPE) as writer:
        writer.change_status(
            StatusChange(note.id, Operation.UPDATED, Status.LIMITED, at=world.clock.now, actor="guard")
        )
    world.service.forget(SCOPE, note.id, actor=ACTOR)
    assert world.service.restore(SCOPE, note.id, actor=ACTOR).status is Status.LIMITED


def test_forgetting_twice_changes_nothing(world: World) -> None:
    note = make(world)
    first = world.service.forget(SCOPE, note.id, actor=ACTOR)
    assert world.service.forget(SCOPE, note.id, actor=ACTOR) == first


def test_history_tells_every_change_without_content(world: World) -> None:
    note = make(world)
    world.service.set_metadata(SCOPE, note.id, {"mood": "glad"}, actor=ACTOR)
    world.service.forget(SCOPE, note.id, actor=ACTOR, reason="asked")
    changes = world.service.history(SCOPE, note.id)
    assert [(c.operation, c.version, c.actor) for c in changes] == [
        (Operation.CREATED, 1, "tester"),
        (Operation.UPDATED, 2, "tester"),
        (Operation.FORGOTTEN, 3, "tester"),
    ]
    assert "Pixel" not in str(changes)


def test_another_version_is_refused(world: World) -> None:
    note = make(world)
    with pytest.raises(PreconditionFailed):
        world.service.forget(SCOPE, note.id, actor=ACTOR, expected_version=note.version + 1)
    with pytest.raises(PreconditionFailed):
        world.service.set_metadata(SCOPE, note.id, {}, actor=ACTOR, expected_version=note.version + 1)
    assert world.service.note(SCOPE, note.id) == note


def test_a_note_told_again_after_forgetting_is_new_and_blocks_the_restoration(world: World) -> None:
    note = make(world)
    world.service.forget(SCOPE, note.id, actor=ACTOR)
    assert make(world).id != note.id
    with pytest.raises(Conflict):
        world.service.restore(SCOPE, note.id, actor=ACTOR)


def test_what_does_not_exist_is_not_found(world: World) -> None:
    make(world)
    for scope in (SCOPE, Scope.of("acme", "nobody"), Scope.of("other", SCOPE.namespace)):
        for call in (world.service.note, world.service.history):
            with pytest.raises(NotFound):
                call(scope, MISSING)
        with pytest.raises(NotFound):
            world.service.forget(scope, MISSING, actor=ACTOR)
        with pytest.raises(NotFound):
            world.service.set_metadata(scope, MISSING, {}, actor=ACTOR)


def test_a_purge_names_what_it_erased_and_leaves_a_tombstone(world: World) -> None:
    note, other = make(world), make(world, "I work at the harbour")
    receipt = world.service.purge(SCOPE, [note.id, MISSING], actor=ACTOR)
    assert (receipt.notes, receipt.notes_erased, receipt.keys_erased, receipt.vectors_erased) == (
        (note.id,),
        1,
        1,
        1,
    )
    with pytest.raises(NotFound):
        world.service.note(SCOPE, note.id)
    assert [c.operation for c in world.service.history(SCOPE, note.id)][-1] is Operation.PURGED
    assert [h.note.id for h in world.service.recall(SCOPE, RecallQuery("dog harbour")).hits] == [other.id]


def test_purging_nothing_is_refused(world: World) -> None:
    make(world)
    with pytest.raises(InvalidInput):
        world.service.purge(SCOPE, [], actor=ACTOR)


def test_a_purged_namespace_is_gone(world: World) -> None:
    make(world)
    receipt = world.service.purge_namespace(SCOPE, actor=ACTOR)
    assert receipt.notes_erased == 1
    assert world.service.namespaces(SCOPE.tenant, after="", limit=10) == []
    assert world.service.recall(SCOPE, RecallQuery("dog")).hits == ()


def test_export_and_import_lose_nothing(world: World) -> None:
    note, other = make(world), make(world, "I work at the harbour")
    world.service.forget(SCOPE, other.id, actor=ACTOR, reason="asked")
    target = Scope.of("acme", "copy")
    for session, digest in world.service.export_sessions(SCOPE):
        world.service.import_session(target, session, digest)
    for record, history in world.service.export_notes(SCOPE, last_session=0):
        assert world.service.import_note(target, record, history, actor=ACTOR).stored
        assert not world.service.import_note(target, record, history, actor=ACTOR).stored
    for original in (note.id, other.id):
        copy, source = world.service.note(target, original), world.service.note(SCOPE, original)
        assert copy == source._replace(row=copy.row)
        assert [_told(c) for c in world.service.history(target, original)] == [
            _told(c) for c in world.service.history(SCOPE, original)
        ]
    assert [h.note.id for h in world.service.recall(target, RecallQuery("dog")).hits] == [note.id]


def _told(change: object) -> tuple[object, ...]:
    return tuple(getattr(change, name) for name in ("operation", "at", "actor", "version", "patch"))
