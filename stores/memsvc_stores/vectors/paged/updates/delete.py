"""Deleting rows from every posting that has them."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc_stores.vectors.layout import EMPTY, SLOTS, Indices
from memsvc_stores.vectors.paged.updates.postings import Postings

__all__ = ["delete"]

FEW: Final = 8


def delete(rows: Indices, postings: Postings) -> list[int]:
    """Empty all slots of the rows and forget their places; return the postings that lost some.

    Rows without a place are passed over.
    """
    if len(rows) < FEW:
        return [posting for row in rows.tolist() for posting in _delete(row, postings)]
    places = postings.places(rows)
    placed = places[:, 0] != EMPTY
    positions = places[placed].ravel()
    positions = positions[positions != EMPTY]
    positions.sort()
    postings.empty_many(positions.astype(np.intp))
    if placed.any():
        postings.forget(rows[placed])
    touched: list[int] = np.unique(positions // SLOTS).tolist()
    return touched


def _delete(row: int, postings: Postings) -> list[int]:
    touched = [place // SLOTS for place in postings.places_of(row)]
    for posting in touched:
        postings.take(posting, row)
    return touched
