"""What every form of the vector index must do, beside the random histories of test_histories.py."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.errors import DimensionMismatch
from memsvc.ports.embedding import Model
from tests.vectors.oracle import MODEL, Truth


def test_an_empty_namespace_has_no_hits(index, vectors):
    truth = Truth()
    found = index.search(truth.reader(), truth.state(), vectors(1)[0], k=5, allowed=None)
    assert (found.rows.tolist(), found.scores.tolist()) == ([], [])


def test_a_write_is_found_at_once(index, vectors, agree):
    truth = Truth()
    query = vectors(1)[0]
    for matrix in vectors(40):
        truth.add(matrix)
        agree(index, truth, query)


def test_nothing_is_asked_of_the_source_when_up_to_date(index, vectors):
    truth = Truth()
    truth.add(*vectors(3))
    query = vectors(1)[0]
    expected = index.search(truth.reader(), truth.state(), query, k=2, allowed=None).rows.tolist()
    if index.stats(truth.reader(), truth.state()).memory_bytes == 0:
        pytest.skip("this form keeps nothing open")
    assert index.search(None, truth.state(), query, k=2, allowed=None).rows.tolist() == expected


def test_a_note_counts_once_by_its_best_key(index, vectors, agree):
    truth = Truth()
    query = vectors(1)[0]
    truth.add(*(vectors(3) for _ in range(10)))
    truth.add(np.concatenate([vectors(200), query[None]]))
    agree(index, truth, query, k=11)


def test_equal_vectors_tie_by_ascending_row(index, vectors, agree):
    truth = Truth()
    same = vectors(1)[0]
    for _ in range(3):
        truth.add(*([same] * 40))
        index.save(truth.reader(), truth.state())
    found = index.search(truth.reader(), truth.state(), vectors(1)[0], k=100, allowed=None)
    assert found.rows.tolist() == list(range(1, 101))


def test_allowed_finds_hidden_notes_but_no_purged_ones(index, vectors):
    truth = Truth()
    first, second, third = truth.add(*vectors(3), visible=False)
    truth.purge(second)
    allowed = np.array([first, second, third, 99], np.int64)
    found = index.search(truth.reader(), truth.state(), vectors(1)[0], k=9, allowed=allowed)
    assert sorted(found.rows.tolist()) == [first, third]


def test_nothing_is_allowed_by_an_empty_list(index, vectors):
    truth = Truth()
    truth.add(*vectors(3))
    found = index.search(truth.reader(), truth.state(), vectors(1)[0], k=9, allowed=np.empty(0, np.int64))
    assert found.rows.tolist() == []


def test_sixty_of_two_hundred_matching_notes_among_many_are_found(index, vectors, agree):
    truth = Truth()
    truth.add(*vectors(4000))
    index.save(truth.reader(), truth.state())
    for owner in range(20):
        agree(index, truth, vectors(1)[0], k=60, allowed=np.arange(owner + 1, 4001, 20, dtype=np.int64))


def test_an_older_reader_is_answered_without_going_back(index, vectors):
    truth = Truth()
    truth.add(*vectors(3))
    older, before = truth.reader(), truth.state()
    query = vectors(1)[0]
    (newest,) = truth.add(query)
    index.search(truth.reader(), truth.state(), query, k=1, allowed=None)
    index.search(older, before, query, k=1, allowed=None)
    assert index.search(truth.reader(), truth.state(), query, k=1, allowed=None).rows.tolist() == [newest]


def test_two_namespaces_do_not_mix(index, vectors, agree):
    one, other = Truth(row=1), Truth(row=2)
    query = vectors(1)[0]
    for truth in (one, other):
        truth.add(*vectors(6))
    for truth in (one, other, one):
        index.save(truth.reader(), truth.state())
        agree(index, truth, query)


def test_another_model_replaces_the_vectors(index, vectors, agree):
    truth = Truth()
    truth.add(*vectors(6))
    agree(index, truth, vectors(1)[0])
    index.save(truth.reader(), truth.state())
    other = Truth(model=Model("other-4", 4, 256))
    other.add(*vectors(6)[:, :4])
    agree(index, other, vectors(1)[0][:4])
    index.save(other.reader(), other.state())
    agree(index, other, vectors(1)[0][:4])


@pytest.mark.parametrize(
    "query",
    [
        np.ones(MODEL.dimension + 1, np.float32),
        np.ones((1, MODEL.dimension), np.float32),
        np.full(MODEL.dimension, np.nan, np.float32),
        np.full(MODEL.dimension, -np.inf, np.float32),
        np.full(MODEL.dimension, 3e38, np.float32),
    ],
    ids=["long", "matrix", "nan", "infinite", "overflowing"],
)
def test_an_unusable_query_is_refused(index, vectors, query):
    truth = Truth()
    truth.add(*vectors(2))
    with pytest.raises(DimensionMismatch):
        index.search(truth.reader(), truth.state(), query, k=1, allowed=None)


def test_unusable_vectors_of_the_store_are_refused_and_the_index_recovers(index, vectors, agree):
    truth = Truth()
    truth.add(*vectors(2))
    (broken,) = truth.add(np.full(MODEL.dimension, np.nan, np.float32))
    with pytest.raises(DimensionMismatch, match="not finite"):
        index.search(truth.reader(), truth.state(), vectors(1)[0], k=1, allowed=None)
    truth.rekey(broken, vectors(1))
    agree(index, truth, vectors(1)[0])


def test_erased_files_are_built_again_by_a_search(index, vectors, agree):
    truth = Truth()
    truth.add(*vectors(9))
    index.save(truth.reader(), truth.state())
    index.erase(truth.row)
    agree(index, truth, vectors(1)[0])


def test_verify_finds_nothing_to_complain_of(index, vectors):
    truth = Truth()
    first, *_ = truth.add(*vectors(9))
    index.save(truth.reader(), truth.state())
    truth.show(first, visible=False)
    truth.add(vectors(2))
    assert index.verify(truth.reader(), truth.state()) == []


def test_stats_count_the_living_keys(index, vectors):
    truth = Truth()
    first, second, _ = truth.add(vectors(2), vectors(1), vectors(4))
    truth.purge(second)
    truth.rekey(first, vectors(3))
    found = index.stats(truth.reader(), truth.state())
    assert (found.vectors, found.applied_sequence) == (7, 3)
