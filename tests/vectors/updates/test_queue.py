from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.paged.updates.work_queue import Merge, WorkQueue


def test_a_full_queue_takes_nothing_more() -> None:
    queue = WorkQueue(1)
    queue.push(Merge(1))
    with pytest.raises(OverflowError, match="full"):
        queue.push(Merge(2))


def test_a_posting_is_listed_once_for_merging() -> None:
    queue = WorkQueue(8)
    queue.push(Merge(1))
    queue.push(Merge(1))
    assert len(queue) == 1


def test_a_posting_may_be_listed_again_after_its_turn() -> None:
    queue = WorkQueue(8)
    queue.push(Merge(1))
    queue.pop()
    queue.push(Merge(1))
    assert queue.pop() == Merge(1)


def test_inserts_and_deletes_never_outgrow_the_queue(grown, notes) -> None:
    space = grown(notes(2000, seed=1), capacity=3)
    most = 0
    for row in range(2000):
        space.insert(np.array([row]))
        most = max(most, space.updater.pending)
    for row in range(1900):
        space.delete(np.array([row]))
        most = max(most, space.updater.pending)
    assert most == 3
    assert space.problems() == []


def test_a_step_says_whether_work_is_left(grown, notes) -> None:
    space = grown(notes(1000, seed=2))
    space.insert(np.arange(1000))
    assert space.updater.pending > 1
    assert not space.updater.step(1)
    space.updater.finish()
    assert space.updater.step(1)
