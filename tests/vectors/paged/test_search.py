"""What a search of the paged form returns."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.paged.search import Effort

ALL = Effort(1 << 20, 1 << 20, margin=None)


def everything(rows):
    return np.ones(rows.size, np.bool_)


def ask(form, codec, query, *, keep=10, accept=everything, share=1.0):
    return form.search(query, codec.rotate_query(query), keep=keep, accept=accept, share=share)


def exact(vectors, query, keep, allowed=None):
    rows = np.arange(len(vectors)) if allowed is None else allowed
    return rows[np.argsort(-(vectors[rows] @ query), kind="stable")[:keep]]


def recall(form, codec, vectors, queries, **options):
    found = [ask(form, codec, query, **options)[0][:10] for query in queries]
    right = [exact(vectors, query, 10, options.get("allowed")) for query in queries]
    return np.mean([np.isin(one, other).mean() for one, other in zip(right, found, strict=True)])


def test_reading_all_postings_is_exact(paged, search, clustered, codec):
    vectors = clustered(3000)
    form = search(paged(vectors), ALL)
    assert recall(form, codec, vectors, clustered(40)) == 1.0


def test_few_postings_find_nearly_all(paged, search, clustered, codec):
    vectors = clustered(6000)
    form = search(paged(vectors), Effort(30, 150))
    assert recall(form, codec, vectors, vectors[:200] + 0.01) >= 0.95


def test_scores_are_the_inner_products_of_the_rows_best_first(paged, search, clustered, codec):
    vectors, (query,) = clustered(2000), clustered(1)
    rows, scores = ask(search(paged(vectors), Effort(20, 100)), codec, query)
    assert np.allclose(scores, vectors[rows] @ query, atol=1e-4)
    assert (np.diff(scores) <= 0).all()


def test_no_row_comes_twice_and_no_empty_slot_comes_at_all(paged, search, clustered, codec):
    vectors = clustered(500)
    rows, _ = ask(search(paged(vectors), ALL), codec, vectors[0], keep=500)
    assert sorted(rows.tolist()) == list(range(500))


def test_all_of_many_identical_notes_are_found(paged, search, clustered, codec):
    vectors = np.concatenate((np.repeat(clustered(1), 2000, axis=0), clustered(500)))
    rows, _ = ask(search(paged(vectors), Effort(8, 50)), codec, vectors[0], keep=2000)
    assert np.isin(np.arange(2000), rows).all()


@pytest.mark.parametrize("share", [0.5, 0.05, 0.005])
def test_a_filter_costs_no_results(paged, search, clustered, codec, share):
    vectors = clustered(8000)
    taken = np.random.default_rng(3).random(8000) < share
    form = search(paged(vectors), Effort(60, 200))
    allowed = taken.nonzero()[0]
    found = [
        ask(form, codec, query, accept=lambda rows: taken[rows], share=share)[0][:10] for query in clustered(50)
    ]
    assert all(taken[rows].all() for rows in found)
    assert min(rows.size for rows in found) == min(10, allowed.size)


def test_a_filter_that_takes_nothing_gives_nothing(paged, search, clustered, codec):
    vectors = clustered(300)
    form = search(paged(vectors), Effort(4, 20))
    rows, _ = ask(form, codec, vectors[0], accept=lambda rows: np.zeros(rows.size, np.bool_), share=0.0)
    assert rows.tolist() == []


def test_more_results_are_looked_for_further_away():
    assert Effort(100, 100).scaled(20) == Effort(100, 100)
    wider = Effort(100, 100).scaled(200)
    assert (wider.rows, wider.postings) == (1000, 501)


def test_it_holds_only_the_heads_in_ram(paged, search, clustered, codec):
    stored = paged(clustered(5000))
    assert search(stored, ALL).memory_bytes == stored.array("heads").count * codec.page_bytes
