from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from memsvc_stores.vectors.layout import EMPTY


def test_a_delete_while_work_is_pending_is_never_undone(grown, notes) -> None:
    space = grown(notes(2500, seed=1))
    space.insert(np.arange(2500))
    rng = np.random.default_rng(1)
    gone: list[int] = []
    for row in rng.permutation(2500)[:1200].tolist():
        space.delete(np.array([row]))
        gone.append(row)
        space.updater.step(1)
    space.updater.finish()
    assert not np.isin(space.postings, gone).any()
    assert space.problems() == []


@pytest.mark.slow
def test_moves_leave_rows_alone_that_are_not_where_they_were_seen(grown, notes) -> None:
    space = grown(notes(2500, seed=2))
    space.insert(np.arange(2500))
    # Reviews become moves one by one; what they saw is deleted and inserted again before its turn.
    pending = space.updater.pending
    for _ in range(2 * pending):
        space.updater.step(1)
        rows = np.arange(0, 2500, 5)
        space.delete(rows)
        space.insert(rows)
    space.updater.finish()
    assert space.problems() == []


def test_reassigning_brings_rows_to_nearer_heads(grown, notes) -> None:
    vectors = notes(3000, seed=3)
    space = grown(vectors[np.argsort(vectors[:, 0])], replicas=1)
    space.insert(np.arange(3000))
    before = space.recall(notes(100, seed=4), probes=4)
    space.updater.finish()
    # Work that moves nothing leaves it as it was; reassigning brings four points.
    assert space.recall(notes(100, seed=4), probes=4) > before + 0.02


def test_a_row_is_in_at_most_two_postings(grown, notes) -> None:
    space = grown(notes(2500, seed=5))
    space.insert(np.arange(2500))
    space.updater.finish()
    counts = Counter(space.postings[space.postings != EMPTY].tolist())
    assert set(counts.values()) == {1, 2}
