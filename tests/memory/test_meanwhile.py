"""What others write between the plan of a request and its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from memsvc.domain.drafts import NewItem, NewSession, NewTurn, SessionOutcome
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Kind, Status
from memsvc.domain.receipts import Idempotency
from memsvc.domain.scope import Scope
from memsvc_stores.sql import open_storage
from tests.memory.conftest import ACTOR, SCOPE, World, make_world

TALK = (
    NewTurn("user", "one"),
    NewTurn("assistant", "two"),
    NewTurn("user", "three"),
    NewTurn("assistant", "four"),
)


def make(world: World, content: str) -> NoteId:
    outcome = world.service.remember(SCOPE, [NewItem(content)], actor=ACTOR).outcomes[0]
    assert outcome.note is not None
    return outcome.note


def send(world: World, *turns: NewTurn, name: str = "s1") -> SessionOutcome:
    session = NewSession(turns, id=SessionId(name))
    return world.service.remember_sessions(SCOPE, [session], actor=ACTOR).outcomes[0]


def test_a_session_whose_namespace_is_purged_is_stored_whole(world: World) -> None:
    send(world, *TALK[:2])
    world.embedder.meanwhile = lambda: world.service.purge_namespace(SCOPE, actor=ACTOR)
    assert send(world, *TALK).status == "created"
    assert [note.position for note in world.service.session(SCOPE, SessionId("s1"))[1]] == [0, 2]


def test_a_session_retold_otherwise_is_refused(world: World) -> None:
    send(world, *TALK[:2])

    def retell() -> None:
        world.service.purge_namespace(SCOPE, actor=ACTOR)
        send(world, NewTurn("user", "uno"), NewTurn("assistant", "due"))

    world.embedder.meanwhile = retell
    assert send(world, *TALK).status == "failed"


def test_a_note_forgotten_is_not_superseded(world: World) -> None:
    old = make(world, "I live in Rome")
    world.embedder.meanwhile = lambda: world.service.forget(SCOPE, old, actor=ACTOR)
    outcomes = world.service.remember(
        SCOPE, [NewItem("I live in Oslo", supersedes=old), NewItem("I like tea")], actor=ACTOR
    ).outcomes
    assert [o.error.code if o.error else o.status for o in outcomes] == ["conflict", "created"]
    assert world.service.note(SCOPE, old).status is Status.FORGOTTEN


def test_a_target_that_is_purged_fails_its_item_alone(world: World) -> None:
    old = make(world, "I live in Rome")
    world.embedder.meanwhile = lambda: world.service.purge(SCOPE, [old], actor=ACTOR)
    outcomes = world.service.remember(
        SCOPE, [NewItem("I live in Oslo", supersedes=old), NewItem("I like tea")], actor=ACTOR
    ).outcomes
    assert [o.error.code if o.error else o.status for o in outcomes] == ["not-found", "created"]


def test_of_two_items_that_supersede_one_note_the_second_fails(world: World) -> None:
    old = make(world, "I live in Rome")
    items = [NewItem("I live in Oslo", supersedes=old), NewItem("I live in Bergen", supersedes=old)]
    outcomes = world.service.remember(SCOPE, items, actor=ACTOR).outcomes
    assert [o.error.code if o.error else o.status for o in outcomes] == ["created", "conflict"]
    assert world.service.note(SCOPE, old).superseded_by == outcomes[0].note


def test_a_shared_vector_that_is_purged_is_made_again_for_an_item(world: World) -> None:
    twin = make(world, "shared")
    world.embedder.meanwhile = lambda: world.service.purge(SCOPE, [twin], actor=ACTOR)
    items = [NewItem("shared", kind=Kind.DOCUMENT), NewItem("new")]
    outcomes = world.service.remember(SCOPE, items, actor=ACTOR).outcomes
    assert [o.status for o in outcomes] == ["created", "created"]


def test_a_shared_vector_that_is_purged_is_made_again_for_an_import(world: World) -> None:
    exported = make(world, "shared")
    (record, history), *_ = world.service.export_notes(SCOPE, last_session=0)
    target = Scope.of("acme", "copy")
    items = [NewItem("shared", kind=Kind.DOCUMENT)]
    twin = world.service.remember(target, items, actor=ACTOR).outcomes[0].note
    assert twin is not None
    world.embedder.meanwhile = lambda: world.service.purge(target, [twin], actor=ACTOR)
    assert world.service.import_note(target, record, history, actor=ACTOR).stored
    assert world.service.note(target, exported).content == "shared"


def test_an_export_leaves_out_the_notes_of_sessions_begun_while_it_runs(world: World) -> None:
    send(world, *TALK[:2], name="s1")
    last = [session.row for session, _ in world.service.export_sessions(SCOPE)][-1]
    send(world, *TALK[:2], name="s2")
    send(world, *TALK, name="s1")
    exported = world.service.export_notes(SCOPE, last_session=last)
    assert [(r.note.session, r.note.position) for r, _ in exported] == [("s1", 0), ("s1", 2)]


@pytest.fixture
def at_once(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """Return a world in which two requests plan before either writes."""
    storage = open_storage(postgres_url)
    world = make_world(storage, tmp_path / "indexes")
    both = Barrier(2, timeout=10)
    embed = world.embedder.embed
    waits = iter([True, True])

    def together(texts: list[str]) -> object:
        if next(waits, False):
            both.wait()
        return embed(texts)

    world.embedder.embed = together  # type: ignore[method-assign]
    yield world
    world.context.index.close()
    storage.close()


@pytest.mark.postgres
def test_two_first_writers_do_not_tell_one_session_two_ways(at_once: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda text: send(at_once, NewTurn("user", text)).status, ["Rome", "Oslo"]))
    assert sorted(outcomes) == ["created", "failed"]


@pytest.mark.postgres
def test_of_two_first_writers_with_one_idempotency_key_one_acts(at_once: World) -> None:
    key = Idempotency("key", "hash", lambda outcomes: outcomes[0].status.encode())

    def write(text: str) -> bytes | None:
        return at_once.service.remember(SCOPE, [NewItem(text)], actor=ACTOR, idempotency=key).replayed

    with ThreadPoolExecutor(2) as pool:
        replayed = list(pool.map(write, ["tea", "tea"]))
    assert sorted(replayed, key=str) == [None, b"created"]
