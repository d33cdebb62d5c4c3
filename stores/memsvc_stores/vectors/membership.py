"""Which of some numbers are in a sorted list."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.segment import Mask

__all__ = ["among"]

# A table is as quick as a look-up in the list when the list is so many times longer, and so much wider than long.
_LONGER: Final = 16
_WIDER: Final = 64


def among(listed: Rows, numbers: Rows) -> Mask:
    """Say for each number whether it is in a list, which is sorted and not empty."""
    first, last = int(listed[0]), int(listed[-1])
    width = last - first + 1
    if listed.size > _LONGER * numbers.size or width > _WIDER * listed.size:
        place = np.minimum(np.searchsorted(listed, numbers), listed.size - 1)
        found: Mask = listed[place] == numbers
        return found
    table = np.zeros(width + 1, np.bool_)
    table[listed - first] = True
    # What lies outside reads the last item, which is never set.
    return table[np.where((numbers >= first) & (numbers <= last), numbers - first, width)]
