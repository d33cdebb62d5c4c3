"""Dividing a full posting."""

from __future__ import annotations

import numpy as np

from memsvc_stores.vectors.layout import EMPTY, Pages
from memsvc_stores.vectors.paged.updates.halving import halves, unit
from memsvc_stores.vectors.paged.updates.heads import Heads
from memsvc_stores.vectors.paged.updates.postings import Postings
from memsvc_stores.vectors.paged.updates.vectors import Widening
from memsvc_stores.vectors.paged.updates.work_queue import Review

__all__ = ["split"]


def split(posting: int, rows: Pages, *, postings: Postings, heads: Heads, widening: Widening) -> Review:
    """Divide a posting of at least two rows; it keeps one half, a new posting takes the other. Nothing is dropped.

    Returns the review of the neighbours that the new heads call for.
    """
    slots = postings.rows(posting)
    used = np.flatnonzero(slots != EMPTY)
    members = slots[used]
    codes = postings.codes(posting)[used]
    vectors = widening.read(rows, members.astype(np.intp))
    second = halves(vectors)
    before = heads.full(np.array([posting]))
    means = np.stack((vectors[~second].mean(axis=0), vectors[second].mean(axis=0)))
    new = postings.allocate()
    heads.put(np.array([posting, new]), unit(means, before))
    postings.rewrite(new, posting, members[second], codes[second])
    postings.rewrite(posting, posting, members[~second], codes[~second])
    return Review(first=posting, second=new, before=before)
