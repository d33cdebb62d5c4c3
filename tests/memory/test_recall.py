"""Recall: modes, selection, budget, neighbours, explanation, pages, sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.filters import parse_filter
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Level, Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import InvalidInput
from memsvc.memory.recall import estimate_tokens
from tests.memory.conftest import ACTOR, SCOPE, World

FACTS = ["My cat is called Mochi", "My dog is called Pixel", "I work at the harbour", "Tuesday is pottery night"]


@pytest.fixture
def filled(world: World) -> World:
    for number, text in enumerate(FACTS):
        world.service.remember(SCOPE, [NewItem(text, metadata={"n": number})], actor=ACTOR)
        world.clock.forward(days=1)
    return world


def contents(world: World, query: RecallQuery) -> list[str]:
    return [hit.note.content for hit in world.service.recall(SCOPE, query).hits]


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.TIM])
def test_the_note_with_the_words_of_the_question_comes_first(filled: World, mode: Mode) -> None:
    assert contents(filled, RecallQuery("dog called", mode=mode, k=1)) == ["My dog is called Pixel"]


def test_an_unknown_namespace_is_empty(world: World) -> None:
    assert world.service.recall(Scope.of("acme", "nobody"), RecallQuery("x")).hits == ()


def test_another_tenant_finds_nothing(filled: World) -> None:
    other = Scope.of("other", SCOPE.namespace)
    assert filled.service.recall(other, RecallQuery("dog called")).hits == ()


def test_a_filter_is_applied_inside_the_search(filled: World) -> None:
    condition = parse_filter({"field": "metadata.n", "op": "gte", "value": 2})
    query = RecallQuery("dog called Pixel", k=10, selection=Selection(condition=condition))
    assert set(contents(filled, query)) == set(FACTS[2:])


def test_a_filter_that_nothing_meets_finds_nothing(filled: World) -> None:
    condition = parse_filter({"field": "metadata.n", "op": "eq", "value": 99})
    assert contents(filled, RecallQuery("dog", selection=Selection(condition=condition))) == []


def test_event_times_bound_the_answer(filled: World) -> None:
    start = filled.clock.now - timedelta(days=4)
    selection = Selection(event_from=start + timedelta(days=1), event_to=start + timedelta(days=2))
    assert contents(filled, RecallQuery("called", selection=selection)) == ["My dog is called Pixel"]


def test_a_forgotten_note_is_hidden_at_once_in_every_mode(filled: World) -> None:
    hit = filled.service.recall(SCOPE, RecallQuery("dog called", k=1)).hits[0]
    filled.service.forget(SCOPE, hit.note.id, actor=ACTOR)
    found = [contents(filled, RecallQuery("dog called Pixel", mode=mode)) for mode in Mode]
    assert all("My dog is called Pixel" not in texts for texts in found)


def test_what_was_known_then_can_be_asked(filled: World) -> None:
    before = filled.clock.now
    old = filled.service.recall(SCOPE, RecallQuery("harbour", k=1)).hits[0].note
    filled.clock.forward(days=1)
    filled.service.remember(SCOPE, [NewItem("I work at the museum", supersedes=old.id)], actor=ACTOR)
    now = contents(filled, RecallQuery("where do I work", k=1))
    then = contents(filled, RecallQuery("where do I work", k=1, selection=Selection(known_at=before)))
    assert (now, then) == (["I work at the museum"], ["I work at the harbour"])


def test_a_token_budget_cuts_the_answer(filled: World) -> None:
    first = contents(filled, RecallQuery("called", k=2))[0]
    result = filled.service.recall(SCOPE, RecallQuery("called", token_budget=estimate_tokens(first)))
    assert ([hit.note.content for hit in result.hits], result.tokens) == ([first], estimate_tokens(first))


def test_a_minimum_score_cuts_the_answer(filled: World) -> None:
    hits = filled.service.recall(SCOPE, RecallQuery("dog called", k=4)).hits
    cut = filled.service.recall(SCOPE, RecallQuery("dog called", k=4, min_score=hits[1].score)).hits
    assert [hit.note.id for hit in cut] == [hit.note.id for hit in hits if hit.score >= hits[1].score]


def test_explanation_gives_rank_and_score_per_arm(filled: World) -> None:
    hit = filled.service.recall(SCOPE, RecallQuery("dog called", k=1, explain=True)).hits[0]
    assert {name: arm.rank for name, arm in hit.arms.items()} == {
        "dense": 1,
        "lexical_user": 1,
        "lexical_all": 1,
    }


def test_pages_join_to_the_whole_without_gap_or_repeat(filled: World) -> None:
    whole = contents(filled, RecallQuery("called dog cat work pottery", k=4))
    pages: list[str] = []
    offset: int | None = 0
    while offset is not None:
        result = filled.service.recall(SCOPE, RecallQuery("called dog cat work pottery", k=1, offset=offset))
        pages.extend(hit.note.content for hit in result.hits)
        offset = result.next_offset
    assert pages == whole


def test_pages_of_more_notes_than_candidates_repeat_none(world: World) -> None:
    items = [NewItem(f"dog {number % 7} cat {number % 11} {number}") for number in range(40)]
    world.service.remember(SCOPE, items, actor=ACTOR)
    pages: list[str] = []
    offset: int | None = 0
    while offset is not None:
        result = world.service.recall(SCOPE, RecallQuery("dog 3 cat 5", k=3, depth=5, offset=offset))
        pages.extend(hit.note.content for hit in result.hits)
        offset = result.next_offset
    assert len(pages) == len(set(pages)) >= 5


@pytest.mark.parametrize(
    "query",
    [
        RecallQuery(""),
        RecallQuery("x", k=0),
        RecallQuery("x", neighbours=21),
        RecallQuery("x", k=25, neighbours=20),
    ],
)
def test_a_question_out_of_range_is_refused(filled: World, query: RecallQuery) -> None:
    with pytest.raises(InvalidInput):
        filled.service.recall(SCOPE, query)


@pytest.fixture
def talked(world: World) -> World:
    for name, words in (("pets", ["dog Pixel", "cat Mochi", "bird Kiwi"]), ("work", ["harbour", "museum"])):
        turns = tuple(NewTurn("user", text) for text in words)
        world.service.remember_sessions(SCOPE, [NewSession(turns, id=SessionId(name))], actor=ACTOR)
    return world


def test_neighbours_come_from_the_same_session_in_order(talked: World) -> None:
    hit = talked.service.recall(SCOPE, RecallQuery("cat Mochi", k=1, neighbours=1)).hits[0]
    assert ([n.content for n in hit.before], [n.content for n in hit.after]) == (["dog Pixel"], ["bird Kiwi"])


def test_sessions_are_ranked_by_their_notes(talked: World) -> None:
    result = talked.service.recall(SCOPE, RecallQuery("museum harbour", level=Level.SESSION))
    assert result.sessions[0].session.id == "work"
    assert {hit.note.content for hit in result.sessions[0].hits} == {"harbour", "museum"}
