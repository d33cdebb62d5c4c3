"""Reader.vector_delta: what an index must apply."""

from __future__ import annotations

import numpy as np

from memsvc.domain.notes import Status
from memsvc.domain.time import to_microseconds
from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import VectorDelta
from memsvc.ports.storage import Storage
from tests.support.drafts import (
    ACTOR,
    MODEL,
    SCOPE,
    T0,
    draft,
    forget,
    key,
    purge,
    put_vectors,
    restore,
    store,
    unit_vector,
)


def delta(storage: Storage, after: int) -> VectorDelta:
    with storage.reader(SCOPE) as reader:
        return reader.vector_delta(after)


def rows_of(storage: Storage, *contents: str) -> list[int]:
    with storage.reader(SCOPE) as reader:
        rows = {record.note.content: record.note.row for record in reader.records(after_row=0, limit=99)}
    return [rows[content] for content in contents]


def vectors(*texts: str) -> Matrix:
    return np.array([unit_vector(text) for text in texts], np.float32).astype(np.float16).astype(np.float32)


def assert_holds(found: VectorDelta, rows: list[int], matrix: Matrix) -> None:
    order = np.lexsort((found.matrix[:, 0], found.note_rows))
    wanted = np.lexsort((matrix[:, 0], np.array(rows)))
    assert found.note_rows[order].tolist() == np.array(rows)[wanted].tolist()
    np.testing.assert_allclose(found.matrix[order], matrix[wanted], atol=1e-3)


def test_zero_gives_everything(storage: Storage) -> None:
    store(storage, draft("a", keys=["a1", "a2"]), draft("b"))
    found = delta(storage, 0)
    a, b = rows_of(storage, "a", "b")
    assert found.upto == 2
    assert dict(found.visible) == {a: True, b: True}
    assert list(found.purged) == []
    assert_holds(found, [a, a, b], vectors("a1", "a2", "b"))
    assert (found.note_rows.dtype, found.matrix.dtype) == (np.int64, np.float32)


def test_the_present_sequence_gives_nothing(storage: Storage) -> None:
    store(storage, draft("a"))
    found = delta(storage, 1)
    assert (found.upto, dict(found.visible), list(found.purged), len(found.note_rows)) == (1, {}, [], 0)
    assert found.matrix.shape == (0, MODEL.dimension)


def test_only_later_notes_come(storage: Storage) -> None:
    store(storage, draft("a"), draft("b"))
    store(storage, draft("c"))
    found = delta(storage, 2)
    (c,) = rows_of(storage, "c")
    assert (found.upto, dict(found.visible)) == (3, {c: True})
    assert_holds(found, [c], vectors("c"))


def test_hidden_notes_keep_their_vectors(storage: Storage) -> None:
    a = draft("a")
    store(storage, a, draft("q", status=Status.QUARANTINED), draft("l", status=Status.LIMITED))
    forget(storage, a.id)
    found = delta(storage, 0)
    rows = rows_of(storage, "a", "q", "l")
    assert dict(found.visible) == dict(zip(rows, [False, False, True], strict=True))
    assert_holds(found, rows, vectors("a", "q", "l"))


def test_a_status_change_alone_brings_no_vectors(storage: Storage) -> None:
    a = draft("a")
    store(storage, a, draft("b"))
    forget(storage, a.id)
    found = delta(storage, 2)
    assert (found.upto, dict(found.visible), len(found.note_rows)) == (3, {rows_of(storage, "a")[0]: False}, 0)


def test_the_last_status_counts(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    forget(storage, a.id)
    restore(storage, a.id)
    assert dict(delta(storage, 1).visible) == {rows_of(storage, "a")[0]: True}


def test_a_metadata_change_keeps_the_note_visible(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    with storage.writer(SCOPE) as writer:
        writer.set_metadata(a.id, {"x": 1}, expected_version=None, at=T0, actor=ACTOR)
    found = delta(storage, 1)
    assert (found.upto, dict(found.visible), len(found.note_rows)) == (2, {rows_of(storage, "a")[0]: True}, 0)


def test_a_purged_note_is_named(storage: Storage) -> None:
    a, b = draft("a"), draft("b")
    (added, _) = store(storage, a, b)
    purge(storage, a.id)
    for after in (0, 2):
        found = delta(storage, after)
        assert (found.upto, list(found.purged)) == (3, [added.row])
        assert added.row not in found.visible
        assert added.row not in found.note_rows


def test_content_that_is_purged_and_added_again_is_a_new_note(storage: Storage) -> None:
    first = draft("a")
    (old,) = store(storage, first)
    purge(storage, first.id)
    (new,) = store(storage, draft("a"))
    found = delta(storage, 1)
    assert new.row != old.row
    assert (list(found.purged), dict(found.visible)) == ([old.row], {new.row: True})
    assert_holds(found, [new.row or 0], vectors("a"))


def test_content_that_is_forgotten_and_added_again_has_both_notes(storage: Storage) -> None:
    first = draft("a")
    (old,) = store(storage, first)
    forget(storage, first.id)
    (new,) = store(storage, draft("a"))
    found = delta(storage, 0)
    assert dict(found.visible) == {old.row: False, new.row: True}
    assert_holds(found, [old.row or 0, new.row or 0], vectors("a", "a"))


def test_rekeyed_notes_bring_all_their_keys(storage: Storage) -> None:
    a = draft("a", keys=["a1", "a2"])
    store(storage, a, draft("b"))
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [draft("a3")])
        writer.rekey(a.id, [a.keys[1], key("a3")], version="v2", at=T0, actor=ACTOR)
    found = delta(storage, 2)
    (row,) = rows_of(storage, "a")
    assert dict(found.visible) == {row: True}
    assert_holds(found, [row, row], vectors("a2", "a3"))


def test_a_rekeyed_hidden_note_stays_hidden(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    forget(storage, a.id)
    with storage.writer(SCOPE) as writer:
        writer.rekey(a.id, [key("a"), key("a")], version="v2", at=T0, actor=ACTOR)
    found = delta(storage, 2)
    (row,) = rows_of(storage, "a")
    assert dict(found.visible) == {row: False}
    assert_holds(found, [row, row], vectors("a", "a"))


def test_deltas_applied_one_by_one_equal_the_whole(storage: Storage) -> None:
    drafts = [draft(f"n{i}", keys=[f"n{i}", f"k{i}"]) for i in range(6)]
    steps = [
        lambda: store(storage, *drafts[:3]),
        lambda: forget(storage, drafts[1].id),
        lambda: store(storage, *drafts[3:]),
        lambda: purge(storage, drafts[0].id, drafts[4].id),
        lambda: restore(storage, drafts[1].id),
    ]
    visible: dict[int, bool] = {}
    keyed: set[int] = set()
    sequence = 0
    for step in steps:
        step()
        part = delta(storage, sequence)
        sequence = part.upto
        visible |= part.visible
        keyed |= set(part.note_rows.tolist())
        for row in part.purged:
            visible.pop(row, None)
            keyed.discard(row)
    whole = delta(storage, 0)
    assert (visible, keyed) == (dict(whole.visible), set(whole.note_rows.tolist()))


def test_a_limited_delta_goes_through_so_many_journal_entries(storage: Storage) -> None:
    a, b, c = draft("a"), draft("b"), draft("c")
    store(storage, a, b, c)
    forget(storage, a.id)
    rows = rows_of(storage, "a", "b", "c")
    with storage.reader(SCOPE) as reader:
        first = reader.vector_delta(0, limit=2)
        second = reader.vector_delta(first.upto, limit=9)
    assert (first.upto, dict(first.visible)) == (2, {rows[0]: False, rows[1]: True})
    assert (second.upto, dict(second.visible)) == (4, {rows[0]: False, rows[2]: True})
    assert_holds(first, rows[:2], vectors("a", "b"))
    assert_holds(second, rows[2:], vectors("c"))


def test_every_key_comes_with_the_times_of_its_note(storage: Storage) -> None:
    store(storage, draft("a", keys=["a1", "a2"]), draft("b"))
    with storage.reader(SCOPE) as reader:
        notes = {n.row: n for n in reader.notes_by_row(rows_of(storage, "a", "b"))}
        found = reader.vector_delta(0)
    moments = [(to_microseconds(n.event_time), to_microseconds(n.ingest_time)) for n in notes.values()]
    expected = dict(zip(notes, moments, strict=True))
    assert found.times is not None
    assert [tuple(pair) for pair in found.times.tolist()] == [expected[row] for row in found.note_rows.tolist()]
