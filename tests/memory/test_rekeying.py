"""Keys made anew after their rules changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.jobs import SAVE_INDEX, JobStatus
from memsvc.domain.notes import KeyKind
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc.errors import EmbedderMismatch, EmbedderUnavailable, NotFound
from memsvc.memory.service import MemoryService
from memsvc.ports.retrieval import DrawnKey, KeySpan
from tests.memory.conftest import ACTOR, CountingEmbedder

SCOPE = Scope.of("acme", "alice")


class Shouting:
    """Adds to the content a drawn key that says it aloud."""

    version = "shouting-1"

    def keys(self, passage):
        return [
            KeySpan(KeyKind.CONTENT, 0, len(passage.content)),
            DrawnKey(KeyKind.FACT, f"{passage.content} beverage", passage.at, passage.at),
        ]


@pytest.fixture
def shouting(world):
    """The service with other rules over the same store."""
    drafter = replace(world.context.drafter, key_maker=Shouting())
    return MemoryService(replace(world.context, drafter=drafter))


def keys(world, note):
    with world.storage.reader(SCOPE) as reader:
        return reader.keys(note)


def remember(service, *texts):
    outcomes = service.remember(SCOPE, [NewItem(text) for text in texts], actor=ACTOR).outcomes
    return [outcome.note for outcome in outcomes]


def test_new_notes_have_the_drawn_keys_with_their_events(world, shouting):
    (note,) = remember(shouting, "tea")
    drawn = keys(world, note)[1]
    assert (drawn.kind, drawn.text) == (KeyKind.FACT, "tea beverage")
    assert drawn.event_start == drawn.event_end == world.clock.now


def test_old_notes_get_the_new_keys(world, shouting):
    (note,) = remember(world.service, "tea")
    assert shouting.outdated_keys(SCOPE) == 1
    assert shouting.rebuild_keys(SCOPE) == 1
    assert [key.kind for key in keys(world, note)] == [KeyKind.CONTENT, KeyKind.FACT]
    hits = shouting.recall(SCOPE, RecallQuery("beverage", mode=Mode.LEXICAL)).hits
    assert [hit.note.id for hit in hits] == [note]


def test_only_new_texts_are_embedded(world, shouting):
    remember(world.service, "tea")
    world.embedder.texts.clear()
    shouting.rebuild_keys(SCOPE)
    assert world.embedder.texts == ["tea beverage"]


def test_what_is_up_to_date_is_left_alone(world, shouting):
    (note,) = remember(shouting, "tea")
    assert shouting.rebuild_keys(SCOPE) == 0
    assert world.service.note(SCOPE, note).version == 1


def test_it_goes_on_where_it_was_stopped(world, shouting):
    notes = remember(world.service, *(f"tea {number}" for number in range(150)))
    done = []

    def stop():
        done.append(1)
        world.embedder.broken = len(done) == 100

    with pytest.raises(EmbedderUnavailable):
        shouting.rebuild_keys(SCOPE, on_note=stop)
    world.embedder.broken = False
    assert shouting.outdated_keys(SCOPE) == 50
    assert shouting.rebuild_keys(SCOPE) == 50
    assert {len(keys(world, note)) for note in notes} == {2}


def test_a_note_purged_meanwhile_leaves_no_vector(world, shouting):
    (note,) = remember(world.service, "tea")
    world.embedder.meanwhile = lambda: world.service.purge(SCOPE, [note], actor=ACTOR)
    shouting.rebuild_keys(SCOPE)
    with world.storage.reader(SCOPE) as reader:
        assert reader.stats().keys == 0
        assert reader.records(after_row=0, limit=9) == []


def test_an_unknown_namespace_is_not_found(shouting):
    with pytest.raises(NotFound):
        shouting.rebuild_keys(SCOPE)


def test_the_index_is_saved_in_the_background(world, shouting):
    remember(world.service, *(f"tea {number}" for number in range(7)))
    shouting.rebuild_keys(SCOPE)
    queued = world.storage.jobs.list(SCOPE.tenant, status=JobStatus.QUEUED, limit=9)
    assert [job.kind for job in queued] == [SAVE_INDEX]


def test_keys_of_another_embedder_are_refused(world, shouting):
    (note,) = remember(world.service, "tea")
    other = CountingEmbedder(dimension=32)
    drafter = replace(world.context.drafter, key_maker=Shouting(), embedder=other)
    with pytest.raises(EmbedderMismatch):
        MemoryService(replace(world.context, drafter=drafter, embedder=other)).rebuild_keys(SCOPE)
    assert len(keys(world, note)) == 1


class Swapping:
    """Has of "tea" only the content, and draws from all else what `Shouting` drew from "tea"."""

    version = "swapping-1"

    def keys(self, passage):
        drawn = [] if passage.content == "tea" else [DrawnKey(KeyKind.FACT, "tea beverage")]
        return [KeySpan(KeyKind.CONTENT, 0, len(passage.content)), *drawn]


def test_a_text_may_pass_from_one_note_to_a_later_one(world, shouting):
    tea, cocoa = remember(shouting, "tea", "cocoa")
    drafter = replace(world.context.drafter, key_maker=Swapping())
    assert MemoryService(replace(world.context, drafter=drafter)).rebuild_keys(SCOPE) == 2
    assert [key.text for key in (*keys(world, tea), *keys(world, cocoa))] == [None, None, "tea beverage"]
