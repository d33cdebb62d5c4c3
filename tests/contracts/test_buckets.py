"""Buckets: epochs in force and beside, members and codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from memsvc.errors import InvalidInput, NotFound, ServerFault
from memsvc.ports.hashing import Epoch, LshParameters, Purpose
from memsvc.ports.storage import Storage, Writer
from memsvc_stores.lsh import CrossPolytope
from tests.support.drafts import MODEL, SCOPE, T0, Interrupted, draft, forget, purge, restore, store

HASHING = CrossPolytope()
TWO_TABLES = LshParameters(MODEL.dimension, 4, hashes=2, tables=2)
ONE_TABLE = LshParameters(MODEL.dimension, 16)
RECALL, CANDIDATES = Purpose.RECALL, Purpose.CANDIDATES


def notes(storage: Storage, count: int) -> list[int]:
    return [added.row or 0 for added in store(storage, *(draft(f"note {number}") for number in range(count)))]


def begun(writer: Writer, parameters: LshParameters = TWO_TABLES, purpose: Purpose = RECALL) -> Epoch:
    return writer.buckets.open(purpose, parameters, hashing=HASHING, at=T0)


def filled(storage: Storage, codes: Sequence[Sequence[int]]) -> tuple[Epoch, list[int]]:
    """Put a note with each row of codes into an epoch in force."""
    rows = notes(storage, len(codes))
    with storage.writer(SCOPE) as writer:
        epoch = begun(writer)
        writer.buckets.put(epoch, rows, np.array(codes))
        writer.buckets.enforce(epoch)
    return epoch, rows


def members(storage: Storage, epoch: Epoch, codes: Sequence[Sequence[int]], *, hidden: bool = False) -> list[int]:
    with storage.reader(SCOPE) as reader:
        found = reader.buckets.members(epoch, np.array(codes, np.int64), hidden=hidden)
    assert found.dtype == np.int64
    return [int(row) for row in found]


def same(found: Epoch | None, expected: Epoch) -> bool:
    return (
        found is not None
        and (found.number, found.purpose, found.parameters, found.model_id)
        == (expected.number, expected.purpose, expected.parameters, expected.model_id)
        and bool((found.projections == expected.projections).all())
    )


def test_nothing_is_in_force_at_first(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.buckets.epoch(RECALL) is None
        assert reader.buckets.pending(RECALL) is None


def test_an_epoch_that_is_opened_is_beside_until_it_is_enforced(storage: Storage) -> None:
    notes(storage, 1)
    with storage.writer(SCOPE) as writer:
        epoch = begun(writer)
    with storage.reader(SCOPE) as reader:
        assert reader.buckets.epoch(RECALL) is None
        assert same(reader.buckets.pending(RECALL), epoch)
    with storage.writer(SCOPE) as writer:
        writer.buckets.enforce(epoch)
    with storage.reader(SCOPE) as reader:
        assert same(reader.buckets.epoch(RECALL), epoch)
        assert reader.buckets.pending(RECALL) is None


def test_projections_are_kept_as_they_were_drawn(storage: Storage) -> None:
    notes(storage, 1)
    with storage.writer(SCOPE) as writer:
        epoch = begun(writer)
    with storage.reader(SCOPE) as reader:
        kept = reader.buckets.pending(RECALL)
    assert kept is not None
    assert (kept.projections == HASHING.projections(TWO_TABLES)).all()
    assert kept.model_id == epoch.model_id == MODEL.id


def test_opening_with_the_same_parameters_gives_the_same_epoch(storage: Storage) -> None:
    epoch, _ = filled(storage, [[1, 2]])
    with storage.writer(SCOPE) as writer:
        assert begun(writer).number == epoch.number
        pending = begun(writer, ONE_TABLE)
        assert begun(writer, ONE_TABLE).number == pending.number != epoch.number


def test_a_pending_epoch_of_other_parameters_is_given_up(storage: Storage) -> None:
    epoch, rows = filled(storage, [[1, 2]])
    with storage.writer(SCOPE) as writer:
        first = begun(writer, ONE_TABLE)
        writer.buckets.put(first, rows, np.array([[3]]))
        second = begun(writer, LshParameters(MODEL.dimension, 32))
        assert same(writer.buckets.pending(RECALL), second)
        with pytest.raises(NotFound):
            writer.buckets.enforce(first)
    with storage.reader(SCOPE) as reader:
        assert same(reader.buckets.epoch(RECALL), epoch)


def test_purposes_have_epochs_of_their_own(storage: Storage) -> None:
    epoch, _ = filled(storage, [[1, 2]])
    with storage.writer(SCOPE) as writer:
        other = begun(writer, ONE_TABLE, CANDIDATES)
        writer.buckets.enforce(other)
        assert same(writer.buckets.epoch(RECALL), epoch)
        assert same(writer.buckets.epoch(CANDIDATES), other)


def test_members_are_those_of_any_bucket_each_once(storage: Storage) -> None:
    epoch, (first, second, third) = filled(storage, [[1, 2], [3, 2], [9, 15]])

    assert members(storage, epoch, [[1], [2]]) == [first, second]
    assert members(storage, epoch, [[9, 3], [0, 0]]) == [second, third]
    assert members(storage, epoch, [[0], [0]]) == []


def test_tables_do_not_mix(storage: Storage) -> None:
    epoch, (first, _) = filled(storage, [[1, 2], [5, 1]])

    assert members(storage, epoch, [[1], [0]]) == [first]


def test_only_visible_members_unless_asked(storage: Storage) -> None:
    drafts = [draft("a"), draft("b")]
    first, second = (added.row or 0 for added in store(storage, *drafts))
    with storage.writer(SCOPE) as writer:
        epoch = begun(writer)
        writer.buckets.put(epoch, [first, second], np.array([[1, 2], [1, 2]]))
    forget(storage, drafts[1].id)
    assert members(storage, epoch, [[1], [2]]) == [first]
    assert members(storage, epoch, [[1], [2]], hidden=True) == [first, second]
    restore(storage, drafts[1].id)
    assert members(storage, epoch, [[1], [2]]) == [first, second]


def test_codes_come_back_one_for_each_table(storage: Storage) -> None:
    epoch, (first, second) = filled(storage, [[1, 2], [15, 0]])
    with storage.reader(SCOPE) as reader:
        assert reader.buckets.codes(epoch, [second, first, 10**6]) == {first: (1, 2), second: (15, 0)}


def test_putting_again_moves_a_note(storage: Storage) -> None:
    epoch, (first, second) = filled(storage, [[1, 2], [1, 2]])
    with storage.writer(SCOPE) as writer:
        writer.buckets.put(epoch, [first], np.array([[4, 5]]))
    assert members(storage, epoch, [[1], [2]]) == [second]
    assert members(storage, epoch, [[4], [0]]) == [first]


def test_the_epoch_before_goes_with_its_buckets(storage: Storage) -> None:
    before, rows = filled(storage, [[1, 2]])
    with storage.writer(SCOPE) as writer:
        after = begun(writer, ONE_TABLE)
        writer.buckets.put(after, rows, np.array([[7]]))
        assert writer.buckets.codes(before, rows) == {rows[0]: (1, 2)}
        writer.buckets.enforce(after)
    with storage.reader(SCOPE) as reader:
        assert reader.buckets.codes(before, rows) == {}
        assert reader.buckets.codes(after, rows) == {rows[0]: (7,)}


def test_a_swap_that_fails_leaves_the_epoch_in_force(storage: Storage) -> None:
    before, rows = filled(storage, [[1, 2]])
    with pytest.raises(Interrupted), storage.writer(SCOPE) as writer:  # noqa: PT012
        after = begun(writer, ONE_TABLE)
        writer.buckets.put(after, rows, np.array([[7]]))
        writer.buckets.enforce(after)
        raise Interrupted
    assert members(storage, before, [[1], [0]]) == rows
    with storage.reader(SCOPE) as reader:
        assert same(reader.buckets.epoch(RECALL), before)


def test_a_purged_note_is_in_no_bucket(storage: Storage) -> None:
    drafts = [draft("a"), draft("b")]
    rows = [added.row or 0 for added in store(storage, *drafts)]
    with storage.writer(SCOPE) as writer:
        epoch = begun(writer)
        writer.buckets.put(epoch, rows, np.array([[1, 2], [1, 2]]))
    purge(storage, drafts[0].id)
    assert members(storage, epoch, [[1], [2]], hidden=True) == [rows[1]]
    with storage.reader(SCOPE) as reader:
        assert reader.buckets.codes(epoch, rows) == {rows[1]: (1, 2)}


def test_a_dropped_namespace_has_no_epoch(storage: Storage) -> None:
    filled(storage, [[1, 2]])
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor="tester")
    notes(storage, 1)
    with storage.reader(SCOPE) as reader:
        assert reader.buckets.epoch(RECALL) is None


def test_an_unknown_note_is_refused(storage: Storage) -> None:
    epoch, rows = filled(storage, [[1, 2]])
    with pytest.raises(NotFound), storage.writer(SCOPE) as writer:
        writer.buckets.put(epoch, [*rows, 10**6], np.array([[4, 4], [4, 4]]))
    assert members(storage, epoch, [[1], [2]]) == rows


@pytest.mark.parametrize("codes", [[[1, 2, 3]], [[1]], [[1, 2], [1, 2]]])
def test_codes_that_do_not_fit_are_refused(storage: Storage, codes: list[list[int]]) -> None:
    epoch, rows = filled(storage, [[1, 2]])
    with pytest.raises(InvalidInput), storage.writer(SCOPE) as writer:
        writer.buckets.put(epoch, rows, np.array(codes))


def test_a_namespace_must_be_opened_first(storage: Storage) -> None:
    with pytest.raises(ServerFault), storage.writer(SCOPE) as writer:
        begun(writer)


def test_large_codes_are_kept(storage: Storage) -> None:
    (row,) = notes(storage, 1)
    largest = LshParameters(1, 4096, hashes=5)
    code = 4096**5 - 1
    with storage.writer(SCOPE) as writer:
        epoch = begun(writer, largest)
        writer.buckets.put(epoch, [row], np.array([[code]]))
    assert members(storage, epoch, [[code]]) == [row]
