from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.layout import SLOTS


@pytest.mark.parametrize("at_once", [1, 200])
def test_a_deleted_row_leaves_neither_id_nor_place_nor_code(grown, notes, at_once: int) -> None:
    space = grown(notes(400, seed=1))
    space.insert(np.arange(400))
    gone = np.arange(0, 400, 2)
    for start in range(0, len(gone), at_once):
        space.delete(gone[start : start + at_once])
    assert space.problems() == []
    assert not np.isin(space.postings, gone).any()
    assert [space.places(row) for row in gone.tolist()] == [[]] * len(gone)


def test_finish_overwrites_the_code_in_both_places(grown, notes) -> None:
    space = grown(notes(1500, seed=2))
    space.insert(np.arange(1500))
    row = next(row for row in range(1500) if len(space.places(row)) == 2)
    places = space.places(row)
    space.delete(np.array([row]))
    space.updater.finish()
    for place in places:
        codes = unpack(space.draft.array("codes").read(place // SLOTS)[None])
        assert (codes[place % SLOTS] != space.codes[row]).any()


def test_rows_without_a_place_are_passed_over(grown, notes) -> None:
    space = grown(notes(3, seed=3))
    space.insert(np.array([1]))
    space.delete(np.array([0, 1, 70_000]))
    assert space.problems() == []


def test_all_may_go_and_come_back(grown, notes) -> None:
    space = grown(notes(800, seed=4))
    space.insert(np.arange(800))
    space.delete(np.arange(800))
    space.updater.finish()
    assert space.problems() == []
    space.insert(np.arange(800))
    space.updater.finish()
    assert space.problems() == []


def test_a_deleted_row_does_not_stay_as_the_head_of_its_posting(grown, notes) -> None:
    space = grown(notes(30, seed=5, clusters=1))
    space.insert_singly(np.arange(30))
    space.delete(np.array([0]))
    space.updater.finish()
    assert space.problems() == []
    centroids = space.draft.array("centroids").items(np.arange(1))[:, : 2 * space.vectors.shape[1]]
    assert (centroids.view(np.float16) != space.vectors[0]).any()
    heads = unpack(space.draft.array("heads").read(0)[None])
    assert (heads != space.codes[0]).any(axis=1).all()
