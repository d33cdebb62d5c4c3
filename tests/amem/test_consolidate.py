"""Consolidation tops up what is missing, once, and is never in the way of a search."""

from __future__ import annotations

import pytest

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import CONSOLIDATE, JobStatus
from memsvc.domain.notes import KeyGroup
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, Work
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.errors import NotFound
from memsvc.memory.amem.consolidating import Consolidated
from tests.amem.conftest import RULES, AmemWorld
from tests.memory.conftest import ACTOR, SCOPE

# A-MEM at work, with no link that would be drawn.
WORKING = Policy(amem=AmemPolicy(work=Work.LLM))
NOTES = [f"Note {number} is about topic{number % 3} and word{number % 5}" for number in range(12)]


@pytest.fixture
def told(world: AmemWorld) -> list[NoteId]:
    """Notes from before there was a policy."""
    notes = world.remember(*NOTES)
    world.policy(WORKING)
    return notes


def consolidated(world: AmemWorld) -> Consolidated:
    return world.service.consolidate(SCOPE, actor=ACTOR)


def test_notes_without_attributes_get_them(world: AmemWorld, told: list[NoteId]) -> None:
    assert consolidated(world) == Consolidated(notes=len(NOTES), attributes=len(NOTES))
    assert all(world.attributes(note) is not None for note in told)


@pytest.mark.parametrize(
    "policy", [Policy(), RULES, Policy(links=LinkPolicy(entity=True, semantic=True, tau=0.2))]
)
def test_a_second_run_changes_nothing(world: AmemWorld, told: list[NoteId], policy: Policy) -> None:
    world.policy(policy)
    first = consolidated(world)
    with world.storage.reader(SCOPE) as reader:
        sequence = reader.state.last_sequence  # type: ignore[union-attr]
    assert consolidated(world) == Consolidated(notes=first.notes)
    with world.storage.reader(SCOPE) as reader:
        assert reader.state.last_sequence == sequence  # type: ignore[union-attr]


def test_links_that_the_policy_asks_for_are_topped_up(world: AmemWorld, told: list[NoteId]) -> None:
    world.policy(Policy(links=LinkPolicy(semantic=True, tau=0.2)))
    found = consolidated(world)
    with world.storage.reader(SCOPE) as reader:
        assert found.links == sum(reader.links.count().values()) > 0


def test_a_key_that_is_not_of_the_attributes_is_mended(world: AmemWorld, told: list[NoteId]) -> None:
    consolidated(world)
    with world.storage.writer(SCOPE) as writer:
        keys = [key for key in writer.keys(told[0]) if key.kind not in KeyGroup.AMEM.kinds]
        writer.rekey(told[0], keys, version=None, at=world.clock(), actor="old")
    assert consolidated(world).keys == 1
    with world.storage.reader(SCOPE) as reader:
        assert [key for key in reader.keys(told[0]) if key.kind in KeyGroup.AMEM.kinds]


def test_attributes_that_are_there_stay(world: AmemWorld, told: list[NoteId]) -> None:
    mine = Attributes(("mine",), (), "mine")
    with world.storage.writer(SCOPE) as writer:
        writer.set_attributes(
            told[0],
            mine,
            writer.keys(told[0]),
            key_version=None,
            operation=Operation.EVOLVED,
            expected_version=None,
            at=world.clock(),
            actor="user",
        )
    assert consolidated(world).attributes == len(NOTES) - 1
    assert world.attributes(told[0]) == mine


def test_every_note_is_found_at_every_moment(world: AmemWorld, told: list[NoteId]) -> None:
    seen = []

    def look() -> None:
        for mode in (Mode.AMEM, Mode.HYBRID):
            found = world.service.recall(SCOPE, RecallQuery("Note topic1", k=len(NOTES), mode=mode)).hits
            seen.append(len({hit.note.id for hit in found}))

    world.embedder.meanwhile = look
    consolidated(world)
    look()
    assert seen == [len(NOTES)] * 4


def test_keys_that_are_rebuilt_keep_a_mems(world: AmemWorld, told: list[NoteId]) -> None:
    consolidated(world)
    with world.storage.writer(SCOPE) as writer:
        for note in told:
            writer.rekey(note, writer.keys(note), version="older", at=world.clock(), actor="old")
    world.service.rebuild_keys(SCOPE)
    assert consolidated(world).keys == 0
    with world.storage.reader(SCOPE) as reader:
        assert all(any(key.kind in KeyGroup.AMEM.kinds for key in reader.keys(note)) for note in told)


def test_it_comes_by_itself_each_time_so_much_has_changed(world: AmemWorld, told: list[NoteId]) -> None:
    world.policy(Policy(amem=AmemPolicy(work=Work.RULES, consolidate_every=4)))
    world.remember("one more", "and one", "and another", "a fourth one")
    jobs = world.work()
    assert [job.status for job in jobs if job.kind == CONSOLIDATE] == [JobStatus.DONE]
    assert all(world.attributes(note) is not None for note in told)


def test_without_a_policy_for_attributes_none_are_made(world: AmemWorld, told: list[NoteId]) -> None:
    world.policy(Policy(links=LinkPolicy(entity=True)))
    assert consolidated(world).attributes == 0
    assert all(world.attributes(note) is None for note in told)


def test_a_namespace_that_does_not_exist_is_not_found(world: AmemWorld) -> None:
    with pytest.raises(NotFound):
        consolidated(world)
