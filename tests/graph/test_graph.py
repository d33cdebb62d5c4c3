"""What is around notes, and which belong together."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from memsvc.domain.attributes import Method
from memsvc.domain.drafts import NewItem
from memsvc.domain.graphs import GraphQuery
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, InvalidInput, NotFound
from memsvc.memory import graph as module
from memsvc.memory.graph import graph_around, graph_communities
from tests.memory.conftest import ACTOR, SCOPE, World


def tell(world: World, *contents: str, scope: Scope = SCOPE) -> list[NoteId]:
    outcomes = world.service.remember(scope, [NewItem(content) for content in contents], actor=ACTOR).outcomes
    return [outcome.note for outcome in outcomes if outcome.note is not None]


def link(
    world: World, *pairs: tuple[NoteId, NoteId], type: LinkType = LinkType.ENTITY, weight: float = 0.5
) -> None:
    with world.storage.writer(SCOPE) as writer:
        made = [NewLink(first, second, type, weight, Method.RULES) for first, second in pairs]
        writer.links.put(made, at=world.clock.now, actor="test")


def chain(world: World, length: int = 5) -> list[NoteId]:
    notes = tell(world, *[f"note {number}" for number in range(length)])
    link(world, *pairwise(notes))
    return notes


def around(world: World, *seeds: NoteId, **parts: Any) -> tuple[list[NoteId], list[tuple[NoteId, NoteId]]]:
    found = graph_around(world.context, SCOPE, GraphQuery(seeds, **parts))
    return [node.note for node in found.nodes], [(edge.first, edge.second) for edge in found.edges]


@pytest.mark.parametrize(("hops", "reached"), [(0, 1), (1, 2), (2, 3), (4, 5)])
def test_links_are_followed_so_many_hops(world: World, hops: int, reached: int) -> None:
    notes = chain(world, 6)
    assert around(world, notes[0], hops=hops)[0] == notes[:reached]


def test_the_links_among_the_notes_come_along(world: World) -> None:
    notes = chain(world)
    assert around(world, notes[2], hops=1) == (notes[1:4], [(notes[1], notes[2]), (notes[2], notes[3])])


@pytest.mark.parametrize(("seeds", "hops", "shown"), [(1, 1, 3), (2, 0, 1), (3, 0, 3)])
def test_links_between_notes_that_the_walk_ended_with_come_along(
    world: World, seeds: int, hops: int, shown: int
) -> None:
    a, b, c = notes = tell(world, "a", "b", "c")
    link(world, (a, b), (a, c), (b, c))
    assert len(around(world, *notes[:seeds], hops=hops)[1]) == shown


def test_only_links_of_the_types_asked_for_are_followed(world: World) -> None:
    a, b, c = tell(world, "a", "b", "c")
    link(world, (a, b))
    link(world, (a, c), type=LinkType.MANUAL)
    assert around(world, a, types={LinkType.MANUAL}) == ([a, c], [(a, c)])


def test_the_heaviest_links_are_kept(world: World) -> None:
    a, b, c = tell(world, "a", "b", "c")
    link(world, (a, b), weight=0.4)
    link(world, (a, c), weight=0.9)
    assert around(world, a, hops=1, per_note=1)[0] == [a, c]


def test_no_more_notes_than_asked_for(world: World) -> None:
    notes = chain(world)
    found = graph_around(world.context, SCOPE, GraphQuery((notes[0],), hops=4, nodes=3))
    assert ([node.note for node in found.nodes], found.truncated) == (notes[:3], True)


def test_contents_come_only_when_asked_for(world: World) -> None:
    (note,) = tell(world, "green tea")
    plain, full = (graph_around(world.context, SCOPE, GraphQuery((note,), content=c)) for c in (False, True))
    assert (plain.nodes[0].content, full.nodes[0].content, plain.nodes[0].seed) == (None, "green tea", True)


def test_forgotten_notes_are_not_shown_nor_asked_about(world: World) -> None:
    notes = chain(world)
    world.service.forget(SCOPE, notes[1], actor=ACTOR)
    assert around(world, notes[0]) == ([notes[0]], [])
    with pytest.raises(Conflict, match="forgotten"):
        around(world, notes[1])


def test_notes_of_others_do_not_exist(world: World) -> None:
    tell(world, "mine")
    (theirs,) = tell(world, "theirs", scope=Scope.of("other", SCOPE.namespace))
    with pytest.raises(NotFound):
        around(world, theirs)


@pytest.mark.parametrize("parts", [{"hops": 5}, {"per_note": 0}, {"nodes": 10_001}, {"seeds": ()}])
def test_what_is_out_of_range_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        GraphQuery(**{"seeds": (NoteId("a"),), **parts})


def test_more_seeds_than_notes_are_refused(world: World) -> None:
    notes = tell(world, "a", "b")
    with pytest.raises(InvalidInput, match="2 seeds"):
        around(world, *notes, nodes=1)


def test_communities_are_groups_of_linked_notes(world: World) -> None:
    a, b, c, d, _ = tell(world, *"abcde")
    link(world, (a, b))
    link(world, (c, d))
    found, modularity = graph_communities(world.context, SCOPE)
    assert ([community.notes for community in found], modularity) == ([(a, b), (c, d)], 0.5)


def test_conflicts_join_no_community_by_default(world: World) -> None:
    a, b = tell(world, "a", "b")
    link(world, (a, b), type=LinkType.CONFLICT)
    assert graph_communities(world.context, SCOPE) == ([], 0.0)
    assert len(graph_communities(world.context, SCOPE, types={LinkType.CONFLICT})[0]) == 1


def test_large_namespaces_are_refused_by_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_NOTES", 2)
    tell(world, *"abc")
    with pytest.raises(InvalidInput, match="has 3 visible notes"):
        graph_communities(world.context, SCOPE)


def test_a_namespace_that_does_not_exist_has_no_communities(world: World) -> None:
    with pytest.raises(NotFound):
        graph_communities(world.context, SCOPE)
