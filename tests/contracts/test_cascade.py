"""Writer.purge takes with a note what repeats its words, and gives back what was merged into it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import KeyKind, Kind, Note, Status
from memsvc.ports.storage import PurgeCounts, Storage
from tests.support.derived import derive, evolve, link, mention, new_link
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, change, draft, forget, key, purge, store

CANARY = Attributes(("canary",), ("bird",), "A canary sang.")
AMEM = key("plain\ncanary\nbird\nA canary sang.", KeyKind.AMEM)
PLAIN = key("plain")


def rounds(storage: Storage, count: int) -> list[NoteId]:
    return _stored(storage, [draft(f"round {number}", kind=Kind.ROUND) for number in range(count)])


def thoughts(storage: Storage, count: int) -> list[NoteId]:
    return _stored(storage, [draft(f"thought {number}", kind=Kind.THOUGHT) for number in range(count)])


def _stored(storage: Storage, drafts: list[NoteDraft]) -> list[NoteId]:
    store(storage, *drafts)
    return [each.id for each in drafts]


def merge(storage: Storage, into: NoteId, *sources: NoteId) -> None:
    derive(storage, into, *sources, role=Role.MERGE)
    for source in sources:
        change(storage, source, Operation.MERGED, Status.MERGED, superseded_by=into)


def left(storage: Storage, *ids: NoteId) -> dict[NoteId, Status]:
    with storage.reader(SCOPE) as reader:
        return {note.id: note.status for note in reader.notes(ids)}


def one(storage: Storage, note: NoteId) -> Note:
    with storage.reader(SCOPE) as reader:
        return reader.notes([note])[0]


def test_thoughts_go_with_each_of_their_rounds(storage: Storage) -> None:
    a, b = rounds(storage, 2)
    t1, t2, t3 = thoughts(storage, 3)
    derive(storage, t1, a, b)
    derive(storage, t2, b)
    derive(storage, t3, t1)
    counts = purge(storage, a)
    assert left(storage, a, b, t1, t2, t3) == {b: Status.ACTIVE, t2: Status.ACTIVE}
    assert (counts.notes, counts.derivations) == (3, 3)
    with storage.reader(SCOPE) as reader:
        assert reader.history(t3)[-1].operation is Operation.PURGED


def test_a_merged_thought_goes_and_its_other_sources_return(storage: Storage) -> None:
    a, b = rounds(storage, 2)
    t1, t2, merged = thoughts(storage, 3)
    derive(storage, t1, a)
    derive(storage, t2, b)
    merge(storage, merged, t1, t2)
    assert one(storage, t2).expired_at is not None
    counts = purge(storage, a)
    assert left(storage, a, b, t1, t2, merged) == {b: Status.ACTIVE, t2: Status.ACTIVE}
    assert counts.restored == 1
    note = one(storage, t2)
    assert (note.superseded_by, note.expired_at, note.valid_to) == (None, None, None)
    with storage.reader(SCOPE) as reader:
        assert reader.history(t2)[-1].operation is Operation.RESTORED


def test_a_limited_source_returns_as_limited(storage: Storage) -> None:
    t1, merged = thoughts(storage, 2)
    change(storage, t1, Operation.UPDATED, Status.LIMITED)
    merge(storage, merged, t1)
    purge(storage, merged)
    assert left(storage, t1) == {t1: Status.LIMITED}


def test_a_source_that_was_forgotten_stays_so(storage: Storage) -> None:
    t1, merged = thoughts(storage, 2)
    merge(storage, merged, t1)
    forget(storage, t1)
    assert purge(storage, merged).restored == 0
    assert left(storage, t1) == {t1: Status.FORGOTTEN}


def test_a_source_whose_place_is_taken_counts_as_merged_into_the_holder(storage: Storage) -> None:
    sent = draft("the same", kind=Kind.THOUGHT)
    store(storage, sent)
    (merged,) = thoughts(storage, 1)
    merge(storage, merged, sent.id)
    holder = replace(draft("the same", kind=Kind.THOUGHT), dedupe=sent.dedupe)
    store(storage, holder)
    assert purge(storage, merged).restored == 0
    note = one(storage, sent.id)
    assert (note.status, note.superseded_by) == (Status.MERGED, holder.id)


def test_only_what_merged_into_the_erased_note_itself_returns(storage: Storage) -> None:
    t1, t2, inner, outer = thoughts(storage, 4)
    merge(storage, inner, t1)
    merge(storage, outer, inner, t2)
    purge(storage, outer)
    assert left(storage, t1, t2, inner, outer) == {
        t1: Status.MERGED,
        t2: Status.ACTIVE,
        inner: Status.ACTIVE,
    }


def evolved(storage: Storage) -> tuple[NoteId, NoteId]:
    """Store a source and a note whose attributes evolved from it."""
    source, note = draft("a canary sang"), draft("plain")
    store(storage, source, note)
    evolve(storage, note.id, CANARY, [PLAIN, AMEM], sources=[source.id])
    return source.id, note.id


def test_attributes_that_evolved_from_an_erased_note_are_dropped(storage: Storage) -> None:
    source, note = evolved(storage)
    before = one(storage, note)
    counts = purge(storage, source)
    assert (counts.attributes, counts.keys, counts.notes) == (1, 2, 1)
    assert one(storage, note) == before._replace(version=before.version + 1)
    with storage.reader(SCOPE) as reader:
        assert reader.attributes.get_many([note]) == {}
        assert reader.keys(note) == [PLAIN]
        assert reader.vectors.get_many(MODEL, [AMEM.text_hash]) == {}
        assert reader.derivations.sources([note]) == []
        assert reader.lexical("canary", limit=9, allowed=None)["lexical_user"].rows.tolist() == []
        assert reader.lexical("plain", limit=9, allowed=None)["lexical_user"].rows.tolist() == [before.row]


def test_history_keeps_no_attributes_of_an_erased_origin(storage: Storage) -> None:
    source, note = evolved(storage)
    forget(storage, note)
    purge(storage, source)
    with storage.reader(SCOPE) as reader:
        history = reader.history(note)
    assert [(each.operation, bool(each.patch)) for each in history] == [
        (Operation.CREATED, False),
        (Operation.EVOLVED, False),
        (Operation.FORGOTTEN, True),
        (Operation.REVERTED, False),
    ]


def test_attributes_are_dropped_along_a_chain_of_evolutions(storage: Storage) -> None:
    source, note = evolved(storage)
    further = draft("further")
    store(storage, further)
    evolve(storage, further.id, CANARY, [key("further")], sources=[note])
    purge(storage, source)
    with storage.reader(SCOPE) as reader:
        assert reader.attributes.get_many([note, further.id]) == {}


def test_attributes_of_other_origin_stay(storage: Storage) -> None:
    source, note = evolved(storage)
    other = draft("other")
    store(storage, other)
    evolve(storage, other.id, CANARY, [key("other")], sources=[])
    purge(storage, source)
    with storage.reader(SCOPE) as reader:
        assert reader.attributes.get_many([note, other.id]) == {other.id: CANARY}


def test_an_earlier_origin_counts_although_the_attributes_were_taken_back(storage: Storage) -> None:
    source, note = evolved(storage)
    evolve(storage, note, None, [PLAIN], operation=Operation.REVERTED)
    assert purge(storage, source).attributes == 0
    with storage.reader(SCOPE) as reader:
        assert [each.patch for each in reader.history(note)] == [{}] * 4


def test_an_index_hears_of_dropped_keys(storage: Storage) -> None:
    source, note = evolved(storage)
    with storage.reader(SCOPE) as reader:
        before = reader.state.last_sequence if reader.state else 0
    purge(storage, source)
    with storage.reader(SCOPE) as reader:
        delta = reader.vector_delta(before)
        assert delta.note_rows.tolist() == [one(storage, note).row]


def test_what_else_hung_on_the_note_is_counted(storage: Storage) -> None:
    a, b, c = rounds(storage, 3)
    link(storage, new_link(a, b), new_link(a, c), new_link(b, c))
    mention(storage, a, "canary")
    derive(storage, b, a, role=Role.EVOLUTION)
    counts = purge(storage, a)
    assert counts == PurgeCounts(notes=1, keys=1, vectors=1, sessions=0, links=2, derivations=1)


_EDGES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(Role)).filter(lambda edge: edge[0] < edge[1]),
    max_size=12,
)


def _reached(start: set[int], edges: list[tuple[int, int, Role]], roles: set[Role]) -> set[int]:
    found = set(start)
    while more := {to for source, to, role in edges if source in found and role in roles} - found:
        found |= more
    return found


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=_EDGES, erased=st.sets(st.integers(0, 6), min_size=1, max_size=2))
def test_a_purge_takes_all_that_can_be_reached_and_nothing_else(storage: Storage, edges, erased) -> None:
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
    ids = _stored(storage, [draft(f"note {number}", kind=Kind.THOUGHT) for number in range(7)])
    for note in ids:
        evolve(storage, note, CANARY, [key("plain")])
    for source, to, role in edges:
        derive(storage, ids[to], ids[source], role=role)
    gone = _reached(erased, edges, {Role.THOUGHT, Role.CONTEXT, Role.MERGE})
    tainted = _reached(gone, edges, {Role.EVOLUTION}) - gone
    purge(storage, *[ids[number] for number in erased])
    with storage.reader(SCOPE) as reader:
        assert [note.id for note in reader.notes(ids)] == [ids[n] for n in range(7) if n not in gone]
        kept = reader.attributes.get_many(ids)
    assert set(kept) == {ids[number] for number in range(7) if number not in gone | tainted}
