"""Deleting rows from every posting that has them."""

from __future__ import annotations

import numpy as np

from memsvc_stores.vectors.layout import EMPTY, SLOTS, Indices
from memsvc_stores.vectors.paged.updates.postings import Postings

__all__ = ["delete"]


def delete(rows: Indices, postings: Postings) -> list[int]:
    """Empty all slots of the rows and forget their places; return the postings that lost some.

    Rows without a place are passed over.
    """
    places = postings.places(rows)
    placed = places[:, 0] != EMPTY
    positions = places[placed].ravel()
    positions = positions[positions != EMPTY]
    positions.sort()
    touched, starts = np.unique(positions // SLOTS, return_index=True)
    for posting, slots in zip(touched.tolist(), np.split(positions % SLOTS, starts[1:]), strict=True):
        postings.empty(posting, slots.astype(np.intp))
    if placed.any():
        postings.forget(rows[placed])
    result: list[int] = touched.tolist()
    return result
