"""Recall goes on while hash tables are made anew, whatever comes between the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.notes import Kind
from memsvc.domain.policies import Policy, ThoughtPolicy
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.memory import hashing
from memsvc.memory.policy import set_policy
from memsvc.ports.hashing import Purpose
from tests.memory.conftest import ACTOR, SCOPE, World, world

__all__ = ["world"]

TEXTS = sorted(f"thought number {number}" for number in range(10))
WIDE = Policy(thoughts=ThoughtPolicy(groups=32))


def think(world: World, *texts: str) -> None:
    world.service.remember(SCOPE, [NewItem(text, Kind.THOUGHT) for text in texts], actor=ACTOR)


def found(world: World) -> list[str]:
    query = RecallQuery("which number?", k=50, mode=Mode.TIM, probes=64)
    return sorted(hit.note.content for hit in world.service.recall(SCOPE, query).hits)


@pytest.fixture(autouse=True)
def _three_thoughts_are_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_PAGE", 3)


@pytest.fixture
def outdated(world: World) -> World:
    """Return a world whose policy asks for other tables than those in force."""
    think(world, *TEXTS)
    set_policy(world.context, SCOPE, WIDE, actor=ACTOR, expected_version=None)
    return world


def rehash_with(world: World, *between: Callable[[], object]) -> None:
    """Make the tables anew, and do something after each page."""
    waiting = list(between)

    def act() -> None:
        if waiting:
            waiting.pop(0)()

    hashing.rehash(world.context, SCOPE, on_page=act)
    assert waiting == []


def groups(world: World) -> int:
    with world.storage.reader(SCOPE) as reader:
        epoch = reader.buckets.epoch(Purpose.RECALL)
        assert epoch is not None
        return epoch.parameters.groups


def test_every_thought_is_found_after_every_page(outdated: World) -> None:
    answers: list[list[str]] = []
    hashing.rehash(outdated.context, SCOPE, on_page=lambda: answers.append(found(outdated)))

    assert len(answers) > 4
    assert all(answer == TEXTS for answer in answers)
    assert groups(outdated) == 32


def test_a_thought_that_comes_between_pages_is_in_the_new_tables(outdated: World) -> None:
    rehash_with(outdated, lambda: think(outdated, "a late thought"))

    assert found(outdated) == sorted([*TEXTS, "a late thought"])
    assert outdated.service.index_verify(SCOPE) == []


def test_a_thought_that_is_purged_between_pages_is_gone(outdated: World) -> None:
    note = outdated.service.recall(SCOPE, RecallQuery(TEXTS[0], mode=Mode.TIM, probes=16)).hits[0].note
    rehash_with(outdated, lambda: outdated.service.purge(SCOPE, [note.id], actor=ACTOR))

    assert found(outdated) == [text for text in TEXTS if text != note.content]
    assert outdated.service.index_verify(SCOPE) == []


def test_a_policy_that_changes_between_pages_is_followed(outdated: World) -> None:
    wider = Policy(thoughts=ThoughtPolicy(groups=64))
    rehash_with(outdated, lambda: set_policy(outdated.context, SCOPE, wider, actor=ACTOR, expected_version=None))

    assert groups(outdated) == 64
    assert outdated.service.index_verify(SCOPE) == []


def test_a_policy_that_goes_to_and_fro_between_pages_leaves_no_gap(outdated: World) -> None:
    def put(groups: int) -> None:
        policy = Policy(thoughts=ThoughtPolicy(groups=groups))
        set_policy(outdated.context, SCOPE, policy, actor=ACTOR, expected_version=None)

    rehash_with(outdated, lambda: put(16), lambda: put(32))

    assert groups(outdated) == 32
    assert outdated.service.index_verify(SCOPE) == []


class Stopped(Exception):
    """Raised by a test between two pages."""


def test_what_was_stopped_leaves_the_old_tables_and_is_done_the_next_time(outdated: World) -> None:
    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        rehash_with(outdated, lambda: None, stop)
    assert (found(outdated), groups(outdated)) == (TEXTS, 16)
    hashing.rehash(outdated.context, SCOPE)

    assert (found(outdated), groups(outdated)) == (TEXTS, 32)
    assert outdated.service.index_verify(SCOPE) == []
