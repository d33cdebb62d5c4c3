"""Recall in mode tim: only the groups that are probed, by cosine (T3)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Status
from memsvc.domain.recall import Level, Mode, RecallQuery, RecallResult
from memsvc.domain.selection import Selection
from memsvc.errors import EmbedderUnavailable, InvalidInput
from memsvc.ports.hashing import Purpose
from memsvc_agents.embed.hashing import HashingEmbedder
from tests.memory.conftest import ACTOR, SCOPE, World, world

__all__ = ["world"]

PEOPLE = ("Alice", "Bob", "Carol", "Dan", "Eve", "Frank")
PLACES = ("Berlin", "Rome", "Oslo", "Paris", "Lima", "Cairo", "Quito", "Delhi")
THOUGHTS = [f"{person} wants to live in {place}" for person in PEOPLE for place in PLACES]
QUESTION = "Alice wants to live in Rome?"


@pytest.fixture
def thoughtful(world: World) -> World:
    world.service.remember(SCOPE, [NewItem(text, Kind.THOUGHT) for text in THOUGHTS], actor=ACTOR)
    world.service.remember(SCOPE, [NewItem(f"{text}, a fact") for text in THOUGHTS], actor=ACTOR)
    return world


def ask(world: World, text: str = QUESTION, **options: object) -> RecallResult:
    return world.service.recall(SCOPE, replace(RecallQuery(text, k=100, mode=Mode.TIM), **options))  # type: ignore[arg-type]


def found(answer: RecallResult) -> list[str]:
    return [hit.note.content for hit in answer.hits]


def by_the_paper(text: str = QUESTION, *, probes: int = 1) -> list[str]:
    """Return what the paper's algorithm finds, by itself: R of seed 0, b = 16, groups by descending entry."""
    stored = HashingEmbedder(64).embed(THOUGHTS).astype(np.float16).astype(np.float64)
    question = HashingEmbedder(64).embed_query(text).astype(np.float64)
    matrix = np.random.default_rng(0).standard_normal((64, 8))
    entries = np.concatenate([stored @ matrix, -stored @ matrix], axis=1)
    asked = np.concatenate([question @ matrix, -question @ matrix])
    groups = np.argsort(-asked, kind="stable")[:probes]
    inside = np.flatnonzero(np.isin(entries.argmax(axis=1), groups))
    cosines = stored[inside] @ question
    return [THOUGHTS[row] for row in inside[np.argsort(-np.round(cosines, 6), kind="stable")]]


@pytest.mark.parametrize("question", [QUESTION, *(f"Who lives in {place}?" for place in PLACES)])
def test_one_probe_is_the_paper(thoughtful: World, question: str) -> None:
    assert sorted(found(ask(thoughtful, question))) == sorted(by_the_paper(question))


def test_hits_are_by_cosine(thoughtful: World) -> None:
    answer = ask(thoughtful, probes=4)
    question = HashingEmbedder(64).embed_query(QUESTION)
    cosines = HashingEmbedder(64).embed(found(answer)) @ question
    scores = [hit.score for hit in answer.hits]

    assert scores == sorted(scores, reverse=True)
    assert scores == pytest.approx(cosines.tolist(), abs=2e-3)


def test_the_best_k_are_returned(thoughtful: World) -> None:
    everything = found(ask(thoughtful, probes=16))

    assert found(ask(thoughtful, probes=16, k=5)) == everything[:5]


def test_more_probes_are_the_groups_that_come_next(thoughtful: World) -> None:
    for probes in (2, 3, 8):
        assert sorted(found(ask(thoughtful, probes=probes))) == sorted(by_the_paper(probes=probes))


def test_more_probes_only_add(thoughtful: World) -> None:
    answers = [set(found(ask(thoughtful, probes=probes))) for probes in range(1, 17)]

    assert all(fewer <= more for fewer, more in pairwise(answers))
    assert len(answers[0]) < len(answers[-1])


def test_every_group_gives_every_thought_and_nothing_else(thoughtful: World) -> None:
    assert sorted(found(ask(thoughtful, probes=16))) == sorted(THOUGHTS)


def test_only_thoughts_of_the_probed_group_are_returned(thoughtful: World) -> None:
    with thoughtful.storage.reader(SCOPE) as reader:
        epoch = reader.buckets.epoch(Purpose.RECALL)
        assert epoch is not None
        question = HashingEmbedder(64).embed_query(QUESTION)
        group = int(thoughtful.context.hashing.codes(epoch, question[None])[0, 0])
        rows = [hit.note.row for hit in ask(thoughtful).hits]
        assert set(reader.buckets.codes(epoch, rows).values()) == {(group,)}


def _best(world: World) -> NoteId:
    return ask(world, probes=16).hits[0].note.id


def test_a_forgotten_thought_is_not_found(thoughtful: World) -> None:
    best = _best(thoughtful)
    thoughtful.service.forget(SCOPE, best, actor=ACTOR)
    assert best not in [hit.note.id for hit in ask(thoughtful, probes=16).hits]


def test_statuses_are_asked_for_as_in_other_modes(thoughtful: World) -> None:
    best = _best(thoughtful)
    thoughtful.service.forget(SCOPE, best, actor=ACTOR)
    selection = Selection(statuses=frozenset({Status.FORGOTTEN}))

    assert [hit.note.id for hit in ask(thoughtful, probes=16, selection=selection).hits] == [best]


def test_as_of_brings_a_superseded_thought_back(thoughtful: World) -> None:
    best = _best(thoughtful)
    before = thoughtful.clock()
    thoughtful.clock.forward(days=2)
    newer = NewItem("Alice wants to live in Tokyo", Kind.THOUGHT, supersedes=best)
    thoughtful.service.remember(SCOPE, [newer], actor=ACTOR)
    then = ask(thoughtful, probes=16, selection=Selection(as_of=before))
    now = ask(thoughtful, probes=16)

    assert best in [hit.note.id for hit in then.hits]
    assert "Alice wants to live in Tokyo" not in found(then)
    assert best not in [hit.note.id for hit in now.hits]


def test_a_selection_of_facts_finds_none(thoughtful: World) -> None:
    selection = Selection(kinds=frozenset({Kind.FACT}))

    assert ask(thoughtful, probes=16, selection=selection).hits == ()


def test_a_session_of_thoughts_can_be_asked_for(world: World) -> None:
    items = [NewItem(text, Kind.THOUGHT, session=f"s{at % 2}") for at, text in enumerate(THOUGHTS[:6])]  # type: ignore[arg-type]
    world.service.remember(SCOPE, items, actor=ACTOR)
    answer = ask(world, probes=16, level=Level.SESSION)

    assert {found.session.id for found in answer.sessions} == {"s0", "s1"}


def test_pages_join(thoughtful: World) -> None:
    everything = found(ask(thoughtful, probes=16))
    first = ask(thoughtful, probes=16, k=20)
    second = ask(thoughtful, probes=16, k=20, offset=first.next_offset or 0)

    assert found(first) + found(second) == everything[:40]


def test_without_thoughts_the_answer_is_empty_and_says_why(world: World) -> None:
    world.service.remember(SCOPE, [NewItem("a fact about Rome")], actor=ACTOR)
    answer = ask(world)

    assert answer.hits == ()
    assert answer.degraded == (
        "tim: no thought is in a hash table yet; remember thoughts (old ones: `memsvc index rebuild`)",
    )


def test_a_namespace_that_does_not_exist_gives_nothing(world: World) -> None:
    assert ask(world) == RecallResult()


def test_a_question_without_a_direction_says_so(thoughtful: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thoughtful.embedder, "embed_query", lambda _text: np.zeros(64, np.float32))
    answer = ask(thoughtful)

    assert answer.hits == ()
    assert answer.degraded == ("tim: the question's vector is zero, so it is in no group; ask in other words",)


def test_without_an_embedder_there_is_no_answer(thoughtful: World) -> None:
    thoughtful.embedder.broken = True
    with pytest.raises(EmbedderUnavailable):
        ask(thoughtful)


@pytest.mark.parametrize("probes", [0, -1, 4097])
def test_an_impossible_number_of_probes_is_refused(thoughtful: World, probes: int) -> None:
    with pytest.raises(InvalidInput, match="/probes must be 1 to 4096"):
        ask(thoughtful, probes=probes)


def test_probes_are_for_this_mode_alone(thoughtful: World) -> None:
    with pytest.raises(InvalidInput, match="mode tim"):
        ask(thoughtful, mode=Mode.DENSE, probes=2)
