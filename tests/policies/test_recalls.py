"""Recalls: counted behind the answer's back, and what decay makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.policies import Policy, RetentionPolicy
from memsvc.domain.recall import RecallQuery
from memsvc.memory.recall_counts import RecallCounts
from memsvc.memory.service import MemoryService
from tests.memory.conftest import ACTOR, SCOPE, World

DECAY = Policy(retention=RetentionPolicy(decay_weight=1, half_life_days=10))


@pytest.fixture
def counts(world: World) -> Iterator[RecallCounts]:
    made = RecallCounts(world.storage, world.clock, every=3600)
    yield made
    made.close()


@pytest.fixture
def service(world: World, counts: RecallCounts) -> MemoryService:
    return MemoryService(replace(world.context, recall_counts=counts))


def tell(service: MemoryService, content: str) -> NoteId:
    note = service.remember(SCOPE, [NewItem(content)], actor=ACTOR).outcomes[0].note
    assert note is not None
    return note


def recalls(world: World, note: NoteId) -> int:
    with world.storage.reader(SCOPE) as reader:
        return reader.strengths.of([note])[0].recalls


def order(service: MemoryService, text: str = "a dog") -> list[NoteId]:
    return [hit.note.id for hit in service.recall(SCOPE, RecallQuery(text)).hits]


def test_recalls_are_counted_when_they_are_flushed(
    world: World, service: MemoryService, counts: RecallCounts
) -> None:
    service.set_policy(SCOPE, DECAY, actor=ACTOR)
    note = tell(service, "a dog called Pixel")
    order(service)
    order(service)
    assert recalls(world, note) == 0
    counts.flush()
    counts.flush()
    assert recalls(world, note) == 2


def test_without_a_policy_that_goes_by_them_nothing_is_counted(
    world: World, service: MemoryService, counts: RecallCounts
) -> None:
    note = tell(service, "a dog called Pixel")
    order(service)
    counts.flush()
    assert recalls(world, note) == 0


def test_what_is_left_is_written_at_the_end_and_nothing_after(
    world: World, service: MemoryService, counts: RecallCounts
) -> None:
    note = tell(service, "a dog called Pixel")
    counts.count(SCOPE, [note])
    counts.close()
    counts.count(SCOPE, [note])
    counts.close()
    assert recalls(world, note) == 1


def test_no_more_notes_are_held_than_allowed(world: World, service: MemoryService) -> None:
    notes = [tell(service, content) for content in ("one", "two")]
    small = RecallCounts(world.storage, world.clock, every=3600, most=1)
    for note in notes:
        small.count(SCOPE, [note])
    small.close()
    assert [recalls(world, note) for note in notes] == [1, 0]


def test_recalls_of_a_note_that_is_gone_are_dropped(service: MemoryService, counts: RecallCounts) -> None:
    note = tell(service, "a dog called Pixel")
    counts.count(SCOPE, [note])
    service.purge(SCOPE, [note], actor=ACTOR)
    counts.flush()
    assert order(service) == []


def test_a_count_that_cannot_be_written_is_lost_with_a_warning(
    world: World, counts: RecallCounts, caplog: pytest.LogCaptureFixture
) -> None:
    counts.count(SCOPE, [NoteId("n")])
    world.storage.close()
    counts.flush()
    assert "not counted (unavailable)" in caplog.text


def test_a_faded_note_comes_after_a_fresh_one(world: World, service: MemoryService) -> None:
    old = tell(service, "a dog a dog")
    world.clock.forward(days=1000)
    new = tell(service, "a dog and many other things that were said in between")
    assert order(service)[0] == old
    service.set_policy(SCOPE, DECAY, actor=ACTOR)
    assert order(service) == [new, old]


def test_a_note_that_is_recalled_fades_more_slowly(
    world: World, service: MemoryService, counts: RecallCounts
) -> None:
    service.set_policy(SCOPE, DECAY, actor=ACTOR)
    first, second = tell(service, "a dog"), tell(service, "a dog!")
    counts.count(SCOPE, [second] * 9)
    counts.flush()
    world.clock.forward(days=20)
    assert order(service) == [second, first]


def test_without_a_weight_nothing_is_reordered(world: World, service: MemoryService) -> None:
    for number in range(5):
        tell(service, f"a dog, the {number}th of them")
        world.clock.forward(days=100)
    before = service.recall(SCOPE, RecallQuery("a dog")).hits
    service.set_policy(SCOPE, Policy(retention=RetentionPolicy(max_notes=99)), actor=ACTOR)
    assert service.recall(SCOPE, RecallQuery("a dog")).hits == before
