"""Mode amem: cosine over content and attributes, and what comes along by links."""

from __future__ import annotations

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Origin
from memsvc.domain.policies import Policy
from memsvc.domain.recall import Hit, Level, Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import EmbedderUnavailable
from tests.amem.conftest import LLM, NOTHING, AmemWorld, analysis
from tests.memory.conftest import ACTOR, SCOPE

TEXTS = [f"story number {number} of the harbour" for number in range(6)]


@pytest.fixture
def notes(world: AmemWorld) -> list[NoteId]:
    world.policy(LLM)
    return [world.told(text, analysis(f"keyword{place}"), NOTHING) for place, text in enumerate(TEXTS)]


def ask(world: AmemWorld, text: str = TEXTS[0], **fields: object) -> list[Hit]:
    query = RecallQuery(text, mode=Mode.AMEM, **fields)  # type: ignore[arg-type]
    return list(world.service.recall(SCOPE, query).hits)


def own(hits: list[Hit]) -> list[NoteId]:
    return [hit.note.id for hit in hits if hit.linked_from is None]


def extra(hits: list[Hit]) -> list[NoteId]:
    return [hit.note.id for hit in hits if hit.linked_from is not None]


def test_a_note_is_found_by_its_attributes(world: AmemWorld, notes: list[NoteId]) -> None:
    parade = world.told("story number 9 of the harbour", analysis("purple elephant parade in town"), NOTHING)
    assert ask(world, "purple elephant parade in town", k=1)[0].note.id == parade


def test_a_note_without_attributes_is_found_by_its_text(world: AmemWorld, notes: list[NoteId]) -> None:
    world.service.set_policy(SCOPE, Policy(), actor=ACTOR, expected_version=None)
    (plain,) = world.remember("zebra crossing at noon")
    assert ask(world, "zebra crossing at noon", k=1)[0].note.id == plain


def test_thoughts_are_found_only_where_their_kind_is_asked_for(world: AmemWorld, notes: list[NoteId]) -> None:
    world.service.remember(SCOPE, [NewItem(TEXTS[0], kind=Kind.THOUGHT)], actor=ACTOR)
    assert {hit.note.kind for hit in ask(world, k=10)} == {Kind.FACT}
    asked_for = ask(world, selection=Selection(kinds=frozenset({Kind.THOUGHT})))
    assert [hit.note.kind for hit in asked_for] == [Kind.THOUGHT]


def test_extras_never_take_the_place_of_hits(world: AmemWorld, notes: list[NoteId]) -> None:
    without = ask(world, k=3)
    for other in notes[1:]:
        world.service.link(SCOPE, notes[0], other, actor=ACTOR)
    found = ask(world, k=3)
    assert found[:3] == without
    assert len(found) > 3


def test_extras_are_at_most_as_many_as_hits_and_each_once(world: AmemWorld, notes: list[NoteId]) -> None:
    for first in notes:
        for second in notes:
            if first != second:
                world.service.link(SCOPE, first, second, actor=ACTOR)
    found = ask(world, k=2)
    assert len(own(found)) == len(extra(found)) == 2
    assert len({hit.note.id for hit in found}) == 4


def test_extras_keep_to_the_filters(world: AmemWorld, notes: list[NoteId]) -> None:
    world.service.link(SCOPE, notes[0], notes[5], actor=ACTOR)
    late = world.note(notes[5]).event_time
    assert extra(ask(world, k=1)) == [notes[5]]
    assert extra(ask(world, k=1, selection=Selection(event_to=late))) == []


def test_extras_keep_to_the_token_budget(world: AmemWorld, notes: list[NoteId]) -> None:
    world.service.link(SCOPE, notes[0], notes[5], actor=ACTOR)
    one = -(-len(TEXTS[0]) // 4)
    assert len(ask(world, k=1, token_budget=one)) == 1
    assert len(ask(world, k=1, token_budget=2 * one)) == 2


def test_an_extra_is_no_hit_of_an_earlier_page(world: AmemWorld, notes: list[NoteId]) -> None:
    first = own(ask(world, k=1))[0]
    second = own(ask(world, k=1, offset=1))[0]
    world.service.link(SCOPE, first, second, actor=ACTOR)
    assert extra(ask(world, k=1, offset=1)) == []


def test_other_modes_bring_no_extras(world: AmemWorld, notes: list[NoteId]) -> None:
    world.service.link(SCOPE, notes[0], notes[5], actor=ACTOR)
    found = world.service.recall(SCOPE, RecallQuery(TEXTS[0], k=1, mode=Mode.HYBRID)).hits
    assert [hit.linked_from for hit in found] == [None]


def test_sessions_are_ranked_too(world: AmemWorld, notes: list[NoteId]) -> None:
    query = RecallQuery(TEXTS[0], mode=Mode.AMEM, level=Level.SESSION)
    assert world.service.recall(SCOPE, query).sessions == ()


def test_other_namespaces_are_never_found(world: AmemWorld, notes: list[NoteId]) -> None:
    other = Scope.of("acme", "bob")
    world.policy(LLM, scope=other)
    world.remember("story number 0 of the harbour, by Bob", origin=Origin.DIRECT_USER, scope=other)
    world.work()
    assert set(own(ask(world, k=20))) == set(notes)


def test_without_an_embedder_there_is_nothing_to_ask(world: AmemWorld, notes: list[NoteId]) -> None:
    world.embedder.broken = True
    with pytest.raises(EmbedderUnavailable):
        ask(world)
