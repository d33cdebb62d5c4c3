"""After a rollback users see what a replay without the poison gives."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from memsvc.domain.policies import Policy, Work
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.guard.rollback.conftest import EVOLVING, THINKING, Memory, make_memory
from tests.guard.rollback.scripts import Act, Script, acts, seen

_SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def replayed(policy: Policy, script: Sequence[Act], *, sqlite: bool = False) -> tuple[list[str], list[str]]:
    """Return what is seen after a rollback of the poison, and after the same acts, as they were done, without it.

    What the service refused while the poison stood, such as replacing what it had replaced, was never done: who
    asked was told so, and a rollback cannot know it.
    """
    rolled_back, done = end_of(policy, script, sqlite=sqlite, without_poison=False)
    replay, _ = end_of(policy, done, sqlite=sqlite, without_poison=True)
    return rolled_back, replay


def end_of(
    policy: Policy, script: Sequence[Act], *, sqlite: bool, without_poison: bool
) -> tuple[list[str], list[Act]]:
    with tempfile.TemporaryDirectory() as folder:
        storage = open_storage(f"sqlite:///{folder}/m.db") if sqlite else MemoryStorage()
        memory: Memory = make_memory(storage, Path(folder) / "indexes")
        memory.wants(policy)
        played = Script(memory)
        done = played.play(script, without_poison=without_poison)
        if not without_poison and any(act.is_poison for act in script):
            memory.roll_back(principal="mallory")
            memory.work()
        if policy.thoughts.work is not Work.OFF:
            played.settle()
        found = seen(memory)
        memory.context.index.close()
        storage.close()
        return found, done


@pytest.mark.slow
@_SETTINGS
@given(acts("round", "round", "round", "work"))
def test_thoughts_merges_and_contradictions(script: list[Act]) -> None:
    rolled_back, replay = replayed(THINKING, script)
    assert rolled_back == replay


@pytest.mark.slow
@_SETTINGS
@given(acts("item", "replace", "link", "forget", "restore"))
def test_supersessions_links_and_what_is_forgotten(script: list[Act]) -> None:
    rolled_back, replay = replayed(Policy(), script)
    assert rolled_back == replay


@pytest.mark.slow
@_SETTINGS
@given(acts("item", "item", "item", "work", "evolve"))
def test_attributes(script: list[Act]) -> None:
    """Links are left out: which of the clean notes rules link depends on how many notes there were then."""
    rolled_back, replay = replayed(EVOLVING, script)
    assert [each for each in rolled_back if "LinkType" not in each] == [
        each for each in replay if "LinkType" not in each
    ]


@pytest.mark.slow
@pytest.mark.parametrize("policy", [THINKING, Policy()])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=acts("round", "round", "item", "replace", "work", "link", most=8))
def test_the_same_on_sqlite(policy: Policy, script: list[Act]) -> None:
    rolled_back, replay = replayed(policy, script, sqlite=True)
    assert rolled_back == replay
