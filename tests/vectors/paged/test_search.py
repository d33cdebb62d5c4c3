"""What a search of the paged form returns."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.paged.search import Effort

ALL = Effort(1 << 20, 1 << 20, fall=None)


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


def test_all_of_ten_thousand_identical_notes_are_found(paged, search, clustered, codec):
    vectors = np.concatenate((np.repeat(clustered(1), 10_000, axis=0), clustered(500)))
    rows, _ = ask(search(paged(vectors), Effort(8, 50)), codec, vectors[0], keep=10_000)
    assert np.isin(np.arange(10_000), rows).all()


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


@pytest.mark.parametrize("share", [0.5, 0.05])
def test_a_filtered_search_finds_what_a_scan_of_the_part_finds(paged, search, clustered, codec, share):
    vectors, queries = np.split(clustered(12_100), [12_000])
    taken = np.random.default_rng(4).random(len(vectors)) < share
    form, allowed = search(paged(vectors), Effort(64, 250)), taken.nonzero()[0]
    right = [exact(vectors, query, 10, allowed) for query in queries]
    found = [ask(form, codec, query, accept=lambda rows: taken[rows], share=share)[0][:10] for query in queries]
    assert np.mean([np.isin(one, other).mean() for one, other in zip(right, found, strict=True)]) >= 0.99


def test_a_filtered_search_of_all_postings_is_exact(paged, search, clustered, codec):
    vectors = clustered(2000)
    taken = np.random.default_rng(6).random(len(vectors)) < 0.3
    form = search(paged(vectors), ALL)
    for query in clustered(20):
        rows, _ = ask(form, codec, query, keep=600, accept=lambda rows: taken[rows], share=0.3)
        assert sorted(rows.tolist()) == taken.nonzero()[0].tolist()
        assert rows[:10].tolist() == exact(vectors, query, 10, taken.nonzero()[0]).tolist()


def test_more_results_are_looked_for_further_away():
    assert Effort(100, 100).scaled(20) == Effort(100, 100)
    wider = Effort(100, 100).scaled(320)
    assert (wider.rows, wider.postings) == (696, 400)


def test_results_among_a_part_are_looked_for_further_away():
    wider = Effort(100, 100).scaled(20, share=0.25)
    assert (wider.rows, wider.postings) == (296, 235)


def test_the_margin_grows_with_the_postings_that_are_asked_for():
    margins = [Effort(postings, 100).margin for postings in (64, 128, 512)]
    assert margins == pytest.approx([0.0347, 0.0693, 0.1386], abs=1e-4)


@pytest.mark.parametrize("effort", [Effort(32, 100), Effort(512, 100, fall=None)])
def test_without_a_margin_a_fixed_number_of_postings_is_read(effort):
    assert effort.margin is None


def test_it_holds_only_the_heads_in_ram(paged, search, clustered, codec):
    stored = paged(clustered(5000))
    assert search(stored, ALL).form.memory_bytes == stored.array("heads").count * codec.page_bytes
