"""Links: undirected, typed, visible from both ends, and the edges around many notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsvc.domain.attributes import Method
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.links import SEQUENCE_WEIGHT, Link, LinkType, NewLink
from memsvc.domain.notes import Kind, Note
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import InvalidInput, NotFound
from memsvc.ports.derived import Edges
from memsvc.ports.storage import Reader, Storage
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.support.derived import link, new_link
from tests.support.drafts import ACTOR, SCOPE, T0, at, draft, forget, purge, restore, store

OTHER = Scope.of("tenant-b", "space-1")
UNKNOWN = NoteId("unknown")


def notes(storage: Storage, count: int, **fields: object) -> list[NoteId]:
    drafts = [draft(f"note {number}", **fields) for number in range(count)]
    store(storage, *drafts)
    return [each.id for each in drafts]


def of(storage: Storage, note: NoteId, types: Collection[LinkType] | None = None) -> list[Link]:
    with storage.reader(SCOPE) as reader:
        return reader.links.of(note, types=types)


def around(
    storage: Storage,
    rows: Sequence[int],
    types: Collection[LinkType] = frozenset(LinkType),
    per_note: int = 9,
) -> list[tuple[int, int, float, LinkType]]:
    with storage.reader(SCOPE) as reader:
        return _listed(reader.links.around(rows, types=types, per_note=per_note))


def _listed(edges: Edges) -> list[tuple[int, int, float, LinkType]]:
    kinds = list(LinkType)
    columns = (edges.low.tolist(), edges.high.tolist(), edges.weights.tolist(), edges.types.tolist())
    return [(low, high, weight, kinds[kind]) for low, high, weight, kind in zip(*columns, strict=True)]


def test_a_link_is_seen_from_both_ends(storage: Storage) -> None:
    a, b = notes(storage, 2)
    assert link(storage, new_link(b, a, 0.8)) == 1
    assert of(storage, a) == [Link(a, b, LinkType.ENTITY, 0.8, Method.RULES, T0, ACTOR)]
    assert of(storage, b) == [Link(b, a, LinkType.ENTITY, 0.8, Method.RULES, T0, ACTOR)]


def test_the_same_link_from_the_other_end_takes_its_place(storage: Storage) -> None:
    a, b = notes(storage, 2)
    link(storage, new_link(a, b, 0.8))
    with storage.writer(SCOPE) as writer:
        again = NewLink(b, a, LinkType.ENTITY, 0.25, Method.LLM)
        assert writer.links.put([again], at=at(9), actor="another") == 0
    assert of(storage, a) == [Link(a, b, LinkType.ENTITY, 0.25, Method.LLM, at(9), "another")]


def test_a_link_that_is_named_twice_counts_once_and_the_last_holds(storage: Storage) -> None:
    a, b = notes(storage, 2)
    assert link(storage, new_link(a, b, 0.8), new_link(b, a, 0.4)) == 1
    assert [each.weight for each in of(storage, a)] == [0.4]


def test_two_notes_may_have_links_of_several_types(storage: Storage) -> None:
    a, b = notes(storage, 2)
    link(
        storage, new_link(a, b, 0.8), new_link(a, b, 0.9, LinkType.MANUAL), new_link(a, b, 0.8, LinkType.CONFLICT)
    )
    assert [each.type for each in of(storage, b)] == [LinkType.MANUAL, LinkType.ENTITY, LinkType.CONFLICT]
    assert [each.type for each in of(storage, b, {LinkType.ENTITY})] == [LinkType.ENTITY]


def test_heavy_links_come_first_then_earlier_notes(storage: Storage) -> None:
    a, b, c, d = notes(storage, 4)
    link(storage, new_link(c, a, 0.3), new_link(c, d, 0.9), new_link(c, b, 0.3))
    assert [each.other for each in of(storage, c)] == [d, a, b]


def test_nothing_is_stored_when_one_end_is_unknown(storage: Storage) -> None:
    a, b = notes(storage, 2)
    with pytest.raises(NotFound, match="unknown"):
        link(storage, new_link(a, b), new_link(a, UNKNOWN))
    assert of(storage, a) == []


def test_a_note_of_another_tenant_cannot_be_linked(storage: Storage) -> None:
    (mine,) = notes(storage, 1)
    theirs = draft("theirs")
    store(storage, theirs, scope=OTHER)
    with pytest.raises(NotFound):
        link(storage, new_link(mine, theirs.id))


@pytest.mark.parametrize(
    ("second", "weight", "type", "says"),
    [
        ("a", 0.5, LinkType.ENTITY, "itself"),
        ("b", 0.0, LinkType.ENTITY, "weight"),
        ("b", 1.5, LinkType.ENTITY, "weight"),
        ("b", float("nan"), LinkType.ENTITY, "weight"),
        ("b", 0.5, LinkType.SEQUENCE, "sequence"),
    ],
)
def test_a_link_that_means_nothing_cannot_be_made(second: str, weight: float, type: LinkType, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        NewLink(NoteId("a"), NoteId(second), type, weight, Method.USER)


def test_links_of_unknown_notes_are_none(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.links.of(UNKNOWN) == []
        assert reader.links.count() == {}
        assert _listed(reader.links.around([1], types=frozenset(LinkType), per_note=3)) == []
    notes(storage, 1)
    assert of(storage, UNKNOWN) == []
    assert around(storage, [77]) == []
    assert around(storage, []) == []


def test_a_deleted_link_is_gone_from_both_ends(storage: Storage) -> None:
    a, b = notes(storage, 2)
    link(storage, new_link(a, b), new_link(a, b, 0.4, LinkType.MANUAL))
    with storage.writer(SCOPE) as writer:
        assert writer.links.delete(b, a, LinkType.MANUAL)
        assert not writer.links.delete(b, a, LinkType.MANUAL)
        assert not writer.links.delete(a, UNKNOWN, LinkType.ENTITY)
    assert [each.type for each in of(storage, a)] == [LinkType.ENTITY]


def test_links_are_counted_by_type(storage: Storage) -> None:
    a, b, c = notes(storage, 3)
    link(storage, new_link(a, b), new_link(b, c), new_link(a, c, 0.2, LinkType.SEMANTIC))
    with storage.reader(SCOPE) as reader:
        assert reader.links.count() == {LinkType.ENTITY: 2, LinkType.SEMANTIC: 1}


def test_hidden_ends_are_not_seen_and_return_with_the_note(storage: Storage) -> None:
    a, b = notes(storage, 2)
    link(storage, new_link(a, b))
    forget(storage, b)
    assert of(storage, a) == of(storage, b) == []
    assert around(storage, range(9)) == []
    restore(storage, b)
    assert [each.other for each in of(storage, a)] == [b]
    assert len(around(storage, range(9))) == 1


def test_links_of_purged_notes_are_gone(storage: Storage) -> None:
    a, b, c = notes(storage, 3)
    link(storage, new_link(a, b), new_link(b, c), new_link(a, c))
    purge(storage, b)
    assert [each.other for each in of(storage, a)] == [c]
    with storage.reader(SCOPE) as reader:
        assert reader.links.count() == {LinkType.ENTITY: 1}


def test_neighbours_in_a_session_are_linked_without_being_stored(storage: Storage) -> None:
    session = SessionId("s")
    drafts = [draft(f"turn {n}", session=session, position=n, ingest_time=T0 + timedelta(n)) for n in range(4)]
    store(storage, *drafts)
    forget(storage, drafts[2].id)
    linked = of(storage, drafts[1].id)
    assert [(each.other, each.type, each.weight) for each in linked] == [
        (drafts[0].id, LinkType.SEQUENCE, SEQUENCE_WEIGHT),
        (drafts[3].id, LinkType.SEQUENCE, SEQUENCE_WEIGHT),
    ]
    assert [each.at for each in linked] == [T0 + timedelta(1), T0 + timedelta(3)]
    assert of(storage, drafts[1].id, {LinkType.ENTITY}) == []
    with storage.reader(SCOPE) as reader:
        assert reader.links.count() == {}


def test_the_order_of_a_session_is_by_position_then_row_those_without_last(storage: Storage) -> None:
    session = SessionId("s")
    places = [None, 3, 1, None, 1]
    rows = [
        added.row or 0
        for added in store(
            storage, *[draft(f"turn {n}", session=session, position=place) for n, place in enumerate(places)]
        )
    ]
    order = [rows[2], rows[4], rows[1], rows[0], rows[3]]
    expected = sorted((min(pair), max(pair)) for pair in pairwise(order))
    assert [(low, high) for low, high, *_ in around(storage, rows)] == expected


def test_thoughts_have_no_place_in_the_order_of_a_session(storage: Storage) -> None:
    session = SessionId("s")
    kinds = [Kind.ROUND, Kind.THOUGHT, Kind.ROUND, Kind.THOUGHT]
    drafts = [draft(f"turn {n}", session=session, position=n, kind=kind) for n, kind in enumerate(kinds)]
    rows = [added.row or 0 for added in store(storage, *drafts)]
    assert [edge[:2] for edge in around(storage, rows)] == [(rows[0], rows[2])]
    assert of(storage, drafts[1].id) == []


def test_edges_over_a_notes_cap_stay_when_the_other_end_has_them(storage: Storage) -> None:
    hub, a, b, c = notes(storage, 4)
    link(storage, new_link(hub, a, 0.9), new_link(hub, b, 0.8), new_link(hub, c, 0.7))
    with storage.reader(SCOPE) as reader:
        rows = {note.id: note.row for note in reader.notes([hub, a, b, c])}
    assert [high for _, high, *_ in around(storage, [rows[hub]], per_note=1)] == [rows[a]]
    found = around(storage, [rows[hub], rows[c]], per_note=1)
    assert [high for _, high, *_ in found] == [rows[a], rows[c]]


def _brute_force(reader: Reader, rows: Sequence[int], per_note: int, types: Collection[LinkType]) -> set[object]:
    everything = reader.page(Selection(), after_row=0, limit=99)
    row_of = {note.id: note.row for note in everything}
    edges: set[object] = set()
    for note in everything:
        if note.row in rows:
            for each in reader.links.of(note.id, types=types)[:per_note]:
                ends = sorted((note.row, row_of[each.other]))
                edges.add((*ends, each.weight, each.type))
    return edges


_WEIGHTS = st.sampled_from([0.25, 0.5, 0.75])
_PAIRS = st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] != pair[1])
_STORED = st.sampled_from([LinkType.ENTITY, LinkType.MANUAL])
_GRAPHS = st.lists(st.tuples(_PAIRS, _WEIGHTS, _STORED), max_size=20)
_SESSIONS = st.lists(
    st.tuples(st.sampled_from([None, "s", "t"]), st.none() | st.integers(0, 3)), min_size=8, max_size=8
)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Return one store for all examples of a property, each of which has its own namespace."""
    if request.param == "memory":
        opened: Storage = MemoryStorage()
    elif request.param == "sqlite":
        opened = open_storage(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'm.db'}")
    else:
        opened = open_storage(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    graph=_GRAPHS,
    places=_SESSIONS,
    hidden=st.sets(st.integers(0, 7), max_size=3),
    asked=st.sets(st.integers(0, 7)),
    per_note=st.integers(1, 3),
    types=st.sets(st.sampled_from([LinkType.ENTITY, LinkType.MANUAL, LinkType.SEQUENCE])),
)
def test_the_edges_around_notes_are_those_of_each(
    shared: Storage, graph, places, hidden, asked, per_note, types
) -> None:
    with shared.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
    drafts = [
        draft(f"note {n}", session=None if session is None else SessionId(session), position=place)
        for n, (session, place) in enumerate(places)
    ]
    rows = [added.row or 0 for added in store(shared, *drafts)]
    link(shared, *[new_link(drafts[a].id, drafts[b].id, weight, type) for (a, b), weight, type in graph])
    for number in sorted(hidden):
        forget(shared, drafts[number].id)
    wanted = [rows[number] for number in sorted(asked)]
    with shared.reader(SCOPE) as reader:
        found = _listed(reader.links.around(wanted, types=types, per_note=per_note))
        assert set(found) == _brute_force(reader, wanted, per_note, types)
        assert len(found) == len(set(found))
        for note in (d.id for d in drafts):
            assert all(
                note in {back.other for back in reader.links.of(each.other)} for each in reader.links.of(note)
            )


def test_edges_are_in_order_of_their_notes(storage: Storage) -> None:
    a, b, c = notes(storage, 3)
    link(storage, new_link(b, c), new_link(a, c), new_link(a, b))
    found = around(storage, range(9))
    assert found == sorted(found, key=lambda edge: edge[:2])
    assert len(found) == 3


def _note(storage: Storage, note: NoteId) -> Note:
    with storage.reader(SCOPE) as reader:
        return reader.notes([note])[0]


def test_a_link_changes_no_version(storage: Storage) -> None:
    a, b = notes(storage, 2)
    link(storage, new_link(a, b))
    assert _note(storage, a).version == 1


def test_what_touches_a_note_is_found_whatever_its_status(storage: Storage) -> None:
    a, b, c, d = notes(storage, 4)
    link(storage, new_link(a, b), new_link(b, c), new_link(c, d), new_link(b, c, type=LinkType.MANUAL))
    forget(storage, b)
    forget(storage, c)
    with storage.reader(SCOPE) as reader:
        found = reader.links.touching([b, UNKNOWN])
        both = reader.links.touching([c, b])
    assert [(each.note, each.other, each.type) for each in found] == [
        (b, a, LinkType.ENTITY),
        (b, c, LinkType.ENTITY),
        (b, c, LinkType.MANUAL),
    ]
    assert [(each.note, each.other) for each in both] == [(b, a), (c, b), (c, b), (c, d)]


def test_nothing_touches_what_was_never_written(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.links.touching([UNKNOWN]) == []
