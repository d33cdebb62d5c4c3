"""Which of some numbers are in a sorted list."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.segment import Mask

__all__ = ["among", "dense", "table"]

# A table is as quick as a look-up in the list when the list is so many times longer, and so much wider than long.
_LONGER: Final = 16
_WIDER: Final = 64


def dense(listed: Rows) -> bool:
    """Say whether a table of the numbers from the first to the last of a list is soon made."""
    return int(listed[-1]) - int(listed[0]) < _WIDER * listed.size


def table(listed: Rows) -> Mask:
    """Return what numbers from the first to one past the last are in a list, which is sorted and not empty."""
    chosen = np.zeros(int(listed[-1]) - int(listed[0]) + 2, np.bool_)
    chosen[listed - listed[0]] = True
    return chosen


def among(listed: Rows, numbers: Rows) -> Mask:
    """Say for each number whether it is in a list, which is sorted and not empty."""
    if listed.size > _LONGER * numbers.size or not dense(listed):
        place = np.minimum(np.searchsorted(listed, numbers), listed.size - 1)
        found: Mask = listed[place] == numbers
        return found
    chosen = table(listed)
    # Below the first is above all without a sign; what lies outside reads the last item, which is never set.
    places = np.minimum((numbers - listed[0]).view(np.uint64), chosen.size - 1)
    held: Mask = chosen[places.view(np.int64)]
    return held
