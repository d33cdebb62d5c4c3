"""Giving up a posting that has become small."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.embedding import Vector
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.layout import EMPTY, SLOTS, Indices
from memsvc_stores.vectors.paged.updates.heads import Heads
from memsvc_stores.vectors.paged.updates.postings import Postings
from memsvc_stores.vectors.paged.updates.work_queue import Moves

__all__ = ["SMALL", "merge"]

SMALL: Final = 16
NEAR: Final = 8
AMONG: Final = 32


def merge(posting: int, *, codec: Codec, postings: Postings, heads: Heads) -> Moves | None:
    """Move the rows of a small posting to the nearest posting that has room for all, and make it spare.

    Rows that this posting only had as a second place just lose it. Returns the moved rows, which may do better
    elsewhere; None, with nothing moved, when the posting is not small any more, is the only one, held no
    row alone, or none of the 8 nearest has room.
    """
    if posting in heads.spare or postings.filled(posting) >= SMALL or heads.count - len(heads.spare) < 2:
        return None
    slots = postings.rows(posting)
    used = np.flatnonzero(slots != EMPTY)
    members = slots[used].astype(np.intp)
    alone = (postings.places.many(members)[:, 1] == EMPTY) if len(members) else np.zeros(0, np.bool_)
    head = heads.full(np.array([posting]))
    near = heads.nearest(codec.rotate_query(head[0]), AMONG)
    near = near[near != posting]
    target = _target(near, head[0], int(alone.sum()), postings=postings, heads=heads)
    if target is None:
        return None
    codes = postings.codes(posting)[used[alone]]
    for row in members.tolist():
        postings.take(posting, row)
    for row, code in zip(members[alone].tolist(), codes, strict=True):
        postings.append(target, row, code)
    postings.release(posting)
    moved = members[alone]
    return Moves(moved, postings.places.many(moved), near) if len(moved) else None


def _target(near: Indices, head: Vector, count: int, *, postings: Postings, heads: Heads) -> int | None:
    """Return the nearest by full heads of the first 8 postings that has room for `count` rows."""
    candidates = near[:NEAR]
    for index in np.argsort(-(heads.full(candidates) @ head), kind="stable").tolist():
        if postings.filled(int(candidates[index])) + count <= SLOTS:
            return int(candidates[index])
    return None
