"""New heads for postings whose head is the vector of a row that has left them."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc_stores.vectors.layout import EMPTY, Pages
from memsvc_stores.vectors.paged.updates.halving import unit
from memsvc_stores.vectors.paged.updates.heads import Heads
from memsvc_stores.vectors.paged.updates.postings import Postings
from memsvc_stores.vectors.paged.updates.vectors import Widening

__all__ = ["recentre"]

# The cosine from which on a head tells the row's vector.
SAME: Final = 0.999


def recentre(
    left: list[tuple[int, int]], rows: Pages, *, postings: Postings, heads: Heads, widening: Widening
) -> None:
    """Put the mean of what is left where a head is all but the vector of a row; `left` has postings and rows.

    Such a head, of a cluster that began with one row, would keep the vector after the row has been erased. Empty
    postings keep theirs: they are merged away.
    """
    if not left:
        return
    numbers, gone = np.array(left, np.intp).T
    vectors = widening.read(rows, gone)
    scores = np.einsum("ij,ij->i", heads.full(numbers), vectors)
    told = scores > SAME * np.linalg.norm(vectors, axis=1)
    for posting in np.unique(numbers[told]).tolist():
        slots = postings.rows(posting)
        members = slots[slots != EMPTY].astype(np.intp)
        if len(members):
            mean = widening.read(rows, members).mean(axis=0, keepdims=True)
            heads.put(np.array([posting]), unit(mean, np.zeros_like(mean)))
