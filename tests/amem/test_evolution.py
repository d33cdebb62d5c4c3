"""Links and evolution: what a judgement may do to which notes, and what follows a change."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import KeyGroup, KeyKind
from memsvc.domain.policies import AmemPolicy, Policy, Work
from tests.amem.conftest import LLM, AmemWorld, analysis, change, judgement, link
from tests.memory.conftest import ACTOR, SCOPE

FIRST = analysis("puppy", tags=["pets"], context="Rex the puppy")


@pytest.fixture
def rex(world: AmemWorld) -> NoteId:
    """A first note with attributes, under a policy that asks a model."""
    world.policy(LLM)
    return world.told("My puppy Rex chews shoes", FIRST)


def key_of(world: AmemWorld, note: NoteId) -> str:
    with world.storage.reader(SCOPE) as reader:
        (key,) = [key for key in reader.keys(note) if key.kind is KeyKind.AMEM]
    assert key.text is not None
    return key.text


def test_a_link_is_seen_from_both_ends_by_id(world: AmemWorld, rex: NoteId) -> None:
    new = world.told("Puppy training starts on Monday", analysis(), judgement([link(1, confidence=0.7)]))
    (there,), (back,) = world.links(new), world.links(rex)
    assert (there.other, there.type, there.weight) == (rex, LinkType.RELATED, 0.7)
    assert (back.other, back.type) == (new, LinkType.RELATED)


@pytest.mark.parametrize("neighbour", [0, -1, 2, 99])
def test_links_and_changes_of_notes_not_shown_are_dropped(world: AmemWorld, rex: NoteId, neighbour: int) -> None:
    answer = judgement([link(neighbour)], changes=[change(neighbour, context="other")])
    new = world.told("Puppy training starts on Monday", analysis(), answer)
    assert world.links(new) == []
    assert world.attributes(rex).context == "Rex the puppy"  # type: ignore[union-attr]


def test_a_link_that_is_named_twice_is_one(world: AmemWorld, rex: NoteId) -> None:
    answer = judgement([link(1, confidence=0.7), link(1, type_="conflict")])
    new = world.told("Puppy training starts on Monday", analysis(), answer)
    assert [(each.other, each.type) for each in world.links(new)] == [(rex, LinkType.RELATED)]


def test_an_evolved_note_is_found_by_what_it_says_now(world: AmemWorld, rex: NoteId) -> None:
    answer = judgement(changes=[change(1, context="about a labrador", tags=["dogs"])])
    world.told("Puppy training starts on Monday", analysis(), answer)
    text = "My puppy Rex chews shoes\npuppy\ndogs\nabout a labrador"
    assert key_of(world, rex) == text
    with world.storage.reader(SCOPE) as reader:
        assert reader.state is not None
        vector = world.embedder.embed([text])[0]
        found = world.context.index.search(reader, reader.state, vector, group=KeyGroup.AMEM, k=1, allowed=None)
        np.testing.assert_allclose(found.scores, [1.0], atol=1e-2)
        assert reader.lexical("labrador", limit=5, allowed=None)["lexical_all"].rows.tolist() == [
            world.note(rex).row
        ]


def test_evolution_leaves_the_content_and_counts_a_version(world: AmemWorld, rex: NoteId) -> None:
    before = world.note(rex)
    new = world.told("Puppy training starts on Monday", analysis(), judgement(changes=[change(1, context="x")]))
    after = world.note(rex)
    assert (after.content, after.version) == (before.content, before.version + 1)
    last = world.history(rex)[-1]
    assert last.operation is Operation.EVOLVED
    assert last.patch["context"] == {"old": "Rex the puppy", "new": "x"}
    assert last.patch["caused_by"] == {"old": None, "new": [new]}


def test_an_empty_part_leaves_the_old_one(world: AmemWorld, rex: NoteId) -> None:
    world.told("Puppy training starts on Monday", analysis(), judgement(changes=[change(1, tags=["dogs"])]))
    found = world.attributes(rex)
    assert found is not None
    assert (found.keywords, found.tags, found.context) == (("puppy",), ("dogs",), "Rex the puppy")


def test_tags_of_linked_neighbours_are_united_with_the_notes_own(world: AmemWorld, rex: NoteId) -> None:
    answer = judgement([link(1)], tags=["Pets", "made up"])
    new = world.told("Puppy training starts on Monday", analysis(tags=["training"]), answer)
    assert world.attributes(new).tags == ("training", "pets")  # type: ignore[union-attr]


def test_a_note_may_be_changed_only_so_often_a_day(world: AmemWorld, rex: NoteId) -> None:
    world.policy(Policy(amem=AmemPolicy(work=Work.LLM, evolutions_per_day=1, neighbours=1)))
    contexts = []
    for number in range(3):
        answer = judgement(changes=[change(1, context=f"version {number}")])
        (extra,) = world.remember(f"My puppy Rex chews shoes {'!' * (number + 1)}")
        world.answers(analysis("far away"), answer)
        world.service.evolve(SCOPE, extra, actor=ACTOR)
        world.service.forget(SCOPE, extra, actor=ACTOR)
        contexts.append(world.attributes(rex).context)  # type: ignore[union-attr]
        world.clock.forward(hours=13)
    assert contexts == ["version 0", "version 0", "version 2"]
