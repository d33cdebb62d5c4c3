"""What a search finds and reads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.spann import SpannIndex
from memsvc_stores.vectors.spann.pruning import near_enough
from tests.vectors.spann.conftest import DIMENSION, Build, unit

Matrix = NDArray[np.float32]
K = 10


def recall(index: SpannIndex, vectors: Matrix, queries: Matrix, *, lists: int) -> float:
    truth = np.argsort(-(queries @ vectors.T), axis=1)[:, :K]
    found = [index.search(query, K, lists=lists, eps2=None)[0] for query in queries]
    return float(np.mean([np.isin(ids, true).sum() / K for ids, true in zip(found, truth, strict=True)]))


@pytest.mark.parametrize("storage", ["float32", "float16", "int8"])
def test_recall_on_clustered_vectors(build: Build, vectors: Matrix, queries: Matrix, storage: str) -> None:
    assert recall(build(vectors, storage=storage), vectors, queries, lists=16) >= 0.95


def test_replicas_raise_recall(build: Build, vectors: Matrix, queries: Matrix) -> None:
    alone = recall(build(vectors, replica_count=1), vectors, queries, lists=4)
    assert recall(build(vectors, replica_count=8), vectors, queries, lists=4) > alone


@pytest.mark.parametrize(("storage", "error"), [("float32", 1e-6), ("float16", 1e-3), ("int8", 0.02)])
def test_scores_are_inner_products(build: Build, vectors: Matrix, storage: str, error: float) -> None:
    query = 2 * vectors[3]
    ids, scores = build(vectors, storage=storage).search(query, K, lists=8, eps2=None)
    assert scores == pytest.approx(vectors[ids] @ query, abs=2 * error)
    assert (np.diff(scores) <= 0).all()


def test_ids_are_distinct_and_as_many_as_asked(build: Build, vectors: Matrix, queries: Matrix) -> None:
    index = build(vectors)
    for query in queries:
        ids, _ = index.search(query, 50, lists=64, eps2=None)
        assert len(set(ids.tolist())) == 50


def test_all_of_many_identical_vectors_are_found(build: Build) -> None:
    same = unit(np.ones((2000, DIMENSION), np.float32))
    ids, _ = build(same, posting_page_limit=1, posting_vector_limit=50).search(same[0], 3000, lists=100, eps2=None)
    assert sorted(ids.tolist()) == list(range(2000))


def test_identical_vectors_among_others_are_found(build: Build, vectors: Matrix) -> None:
    mixed = np.concatenate([vectors, np.repeat(vectors[:1], 500, axis=0)])
    ids, _ = build(mixed).search(vectors[0], 501, lists=64, eps2=None)
    assert set(range(3000, 3500)) | {0} == set(ids.tolist())


@pytest.mark.parametrize("form", ["eps2", "max_dist_ratio"])
def test_pruning_reads_more_the_wider_it_is(build: Build, vectors: Matrix, form: str) -> None:
    index = build(vectors)
    query = unit(np.random.default_rng(1).standard_normal(DIMENSION))
    limits = [1.0, 1.05, 1.2, 1.5, 3.0] if form == "max_dist_ratio" else [0.0, 0.03, 0.06, 0.1, 7.0]
    unlimited = index.probed(query, lists=64, eps2=None)
    read = [index.probed(query, lists=64, **{"eps2": None, form: limit}) for limit in limits]
    assert [len(lists) for lists in read] == sorted({len(lists) for lists in read})
    assert all(set(narrow.tolist()) <= set(wide.tolist()) for narrow, wide in itertools.pairwise(read))
    assert (len(read[0]), read[-1].tolist()) == (1, unlimited.tolist())


def test_the_paper_prunes_by_plain_distance() -> None:
    squared = np.array([1.0, 1.9, 2.4, 4.0], np.float32)
    assert near_enough(squared, eps2=0.5, max_dist_ratio=None).tolist() == [True, True, False, False]


def test_the_code_prunes_by_squared_distance_unless_the_query_is_on_a_head() -> None:
    far, near = np.array([1.0, 1.4, 1.6], np.float32), np.array([0.01, 1.4, 1.6], np.float32)
    assert near_enough(far, eps2=None, max_dist_ratio=1.5).tolist() == [True, True, False]
    assert near_enough(near, eps2=None, max_dist_ratio=1.5).tolist() == [True, True, True]


@pytest.mark.parametrize("query", [np.zeros(DIMENSION), np.full(DIMENSION, np.nan), np.ones(DIMENSION + 1)])
def test_a_query_without_direction_or_of_another_dimension_is_refused(
    build: Build, vectors: Matrix, query: Matrix
) -> None:
    with pytest.raises(ValueError, match="a query is"):
        build(vectors[:50]).search(query.astype(np.float32), 1, lists=1, eps2=None)


def test_evicted_pages_are_read_again(build: Build, vectors: Matrix) -> None:
    index = build(vectors)
    before = index.search(vectors[7], K, lists=8, eps2=None)
    index.evict()
    after = index.search(vectors[7], K, lists=8, eps2=None)
    assert [array.tolist() for array in after] == [array.tolist() for array in before]
