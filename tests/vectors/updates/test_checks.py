"""Each planted fault must be reported."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.packing import put_code
from memsvc_stores.vectors.layout import EMPTY, SLOTS


@pytest.fixture
def space(grown, notes):
    space = grown(notes(300, seed=1))
    space.insert(np.arange(300))
    space.updater.finish()
    assert space.problems() == []
    return space


def words(space, name: str):
    return space.draft.array(name).edit(0).view(np.uint32)


def test_a_row_that_is_missing(space) -> None:
    space.living.add(300)
    assert space.problems() == ["1 rows are in no posting, the first is row 300"]


def test_a_row_that_should_not_be_there(space) -> None:
    space.living.discard(7)
    within = np.nonzero(space.postings == 7)[0]
    assert space.problems() == [
        f"{len(within)} slots have a row that is not there, the first in posting {within[0]}",
        "1 rows have places that are not theirs, the first is row 7",
    ]


def test_a_place_that_names_no_slot_of_the_row(space) -> None:
    words(space, "places")[0] ^= 1
    problems = space.problems()
    assert "1 slots are not among the places of their row, the first of row 0" in problems
    assert "1 rows have places that are not theirs, the first is row 0" in problems


def test_an_id_in_a_posting_that_is_not_there(space) -> None:
    count = space.draft.array("codes").count
    words(space, "ids")[SLOTS * count] = 3
    assert space.problems() == [f"1 postings that are not there have rows, the first is posting {count}"]


def test_a_code_left_in_an_empty_slot(space) -> None:
    slot = int(np.flatnonzero(space.postings[0] == EMPTY)[0])
    put_code(space.draft.array("codes").edit(0), slot, space.codes[0])
    assert space.problems() == ["1 empty slots do not hold the code of their negated head, the first in posting 0"]


def test_a_head_that_is_not_the_code_of_its_centroid(space) -> None:
    put_code(space.draft.array("heads").edit(0), 1, space.codes[0])
    assert space.problems() == ["1 head codes are not those of their centroids, the first of posting 1"]
