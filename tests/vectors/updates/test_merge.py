from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.layout import EMPTY


def spare(space) -> list[int]:
    return space.draft.extent("spare").view(np.uint32).tolist()


@pytest.fixture
def thinned(grown, notes):
    space = grown(notes(1500, seed=1))
    space.insert(np.arange(1500))
    space.updater.finish()
    space.delete(np.arange(0, 1500, 10))
    space.delete(np.setdiff1d(np.arange(1200), np.arange(0, 1500, 10)))
    space.updater.finish()
    return space


def test_small_postings_are_given_up(thinned) -> None:
    assert len(spare(thinned)) > 5
    assert thinned.problems() == []


def test_a_spare_posting_holds_nothing(thinned) -> None:
    nowhere = thinned.codec.encode(np.zeros((1, thinned.codec.padded), np.float32))
    for posting in spare(thinned):
        assert (thinned.postings[posting] == EMPTY).all()
        assert (unpack(thinned.draft.array("codes").read(posting)[None]) == nowhere).all()


def test_spare_postings_are_used_again_first(thinned) -> None:
    count = thinned.draft.array("codes").count
    thinned.insert(np.arange(600))
    thinned.updater.finish()
    assert thinned.draft.array("codes").count == count
    assert thinned.problems() == []


def test_spare_postings_are_known_after_reopening(thinned) -> None:
    count = thinned.draft.array("codes").count
    thinned.reopen()
    thinned.insert(np.arange(600))
    thinned.updater.finish()
    assert thinned.draft.array("codes").count == count
    assert thinned.problems() == []


def test_a_list_that_names_used_postings_is_not_believed(thinned) -> None:
    count = thinned.draft.array("codes").count
    thinned.draft.put("spare", np.arange(count, dtype=np.uint32).view(np.uint8))
    thinned.reopen()
    thinned.insert(np.arange(1200))
    thinned.updater.finish()
    assert thinned.problems() == []


def test_the_only_posting_stays(grown, notes) -> None:
    space = grown(notes(30, seed=2))
    space.insert(np.arange(30))
    space.delete(np.arange(30))
    space.updater.finish()
    assert spare(space) == []
    assert space.problems() == []
