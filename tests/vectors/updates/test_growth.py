from __future__ import annotations

import numpy as np
import pytest

IDENTICAL = 10_000


def test_the_first_insert_makes_the_first_posting(grown, notes) -> None:
    space = grown(notes(1, seed=1))
    space.insert(np.array([0]))
    assert space.draft.array("codes").count == 1
    assert space.problems() == []


@pytest.mark.parametrize("replicas", [1, 2])
def test_every_row_inserted_singly_has_a_place(grown, notes, replicas: int) -> None:
    space = grown(notes(1500, seed=2), replicas=replicas)
    space.insert_singly(np.arange(1500))
    space.updater.finish()
    assert space.problems() == []


def test_a_batch_places_what_single_inserts_place(grown, notes) -> None:
    together, singly = grown(notes(600, seed=3)), grown(notes(600, seed=3))
    together.insert(np.arange(600))
    singly.insert_singly(np.arange(600))
    assert together.postings.tolist() == singly.postings.tolist()


@pytest.mark.slow
def test_identical_notes_are_all_kept(grown, notes) -> None:
    space = grown(np.repeat(notes(1, seed=4), IDENTICAL, axis=0))
    space.insert_singly(np.arange(IDENTICAL))
    space.updater.finish()
    assert space.problems() == []
    assert space.draft.array("codes").count <= IDENTICAL // 32 + 1


def test_equal_vectors_do_not_wander_back_into_a_posting_that_was_split(grown, notes) -> None:
    vectors = notes(1200, seed=8, clusters=6)
    vectors[::3] = vectors[0]
    space = grown(vectors, capacity=1)
    space.insert_singly(np.arange(1200))
    space.updater.finish()
    assert space.problems() == []


@pytest.mark.parametrize("towards", [1, -1])
def test_an_adversarial_order_loses_nothing(grown, notes, towards: int) -> None:
    vectors = notes(2000, seed=5)
    space = grown(vectors[np.argsort(towards * vectors[:, 0])], capacity=8)
    space.insert_singly(np.arange(2000))
    space.updater.finish()
    assert space.problems() == []


def test_a_row_that_has_a_place_cannot_be_inserted(grown, notes) -> None:
    space = grown(notes(2, seed=6))
    space.insert(np.array([0]))
    with pytest.raises(ValueError, match="placed already"):
        space.insert(np.array([1, 0]))
    assert space.places(1) == []


def test_one_batch_cannot_name_a_row_twice(grown, notes) -> None:
    space = grown(notes(2, seed=6))
    with pytest.raises(ValueError, match="placed already"):
        space.insert(np.array([1, 1]))


def test_a_reopened_namespace_goes_on_growing(grown, notes) -> None:
    space = grown(notes(1200, seed=7))
    space.insert(np.arange(600))
    space.updater.finish()
    space.reopen()
    space.insert(np.arange(600, 1200))
    space.updater.finish()
    assert space.problems() == []
