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
    assert space.problems() == ["rows missing [300], rows too many []"]


def test_a_row_that_should_not_be_there(space) -> None:
    space.living.discard(7)
    assert space.problems() == ["rows missing [], rows too many [7]"]


def test_a_place_that_names_no_slot_of_the_row(space) -> None:
    words(space, "places")[0] ^= 1
    assert any("row 0" in problem for problem in space.problems())


def test_an_id_in_a_posting_that_is_not_there(space) -> None:
    words(space, "ids")[SLOTS * space.draft.array("codes").count] = 3
    assert "rows in postings that are not there" in space.problems()


def test_a_code_left_in_an_empty_slot(space) -> None:
    slot = int(np.flatnonzero(space.postings[0] == EMPTY)[0])
    put_code(space.draft.array("codes").edit(0), slot, space.codes[0])
    assert space.problems() == ["an empty slot of posting 0 does not hold the code of its negated head"]


def test_a_head_that_is_not_the_code_of_its_centroid(space) -> None:
    put_code(space.draft.array("heads").edit(0), 1, space.codes[0])
    assert space.problems() == ["the head code of posting 1 is not that of its centroid"]
