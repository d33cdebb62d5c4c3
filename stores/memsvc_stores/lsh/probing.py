"""Which codes to look into, and in what order."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.hashing import Codes

__all__ = ["best_codes"]


def best_codes(entries: NDArray[np.float64], *, count: int) -> Codes:
    """Return the `count` best codes (all, if there are fewer) of one table's entries (hashes, groups).

    Of one hash: its groups by descending entry, the first of equal ones before. Of several: by the sum over the
    hashes of (best entry - entry)^2, which grows with how unlikely it is that a near vector went there.
    """
    hashes, groups = entries.shape
    count = min(count, groups**hashes)
    order = np.argsort(-entries, axis=1, kind="stable")
    if hashes == 1:
        return order[0, :count].astype(np.int64)
    ranked = np.take_along_axis(entries, order, axis=1)
    penalties = ((ranked[:, :1] - ranked) ** 2).tolist()
    weights = groups ** np.arange(hashes - 1, -1, -1, dtype=np.int64)
    ranks = _cheapest(penalties, count=count)
    return np.array([order[range(hashes), each] @ weights for each in ranks], np.int64)


def _cheapest(penalties: list[list[float]], *, count: int) -> list[tuple[int, ...]]:
    """Return the `count` combinations of one place in each ascending list with the smallest sums, in order."""
    start = (0,) * len(penalties)
    waiting = [(0.0, start)]
    seen = {start}
    found: list[tuple[int, ...]] = []
    while len(found) < count:
        _, best = heapq.heappop(waiting)
        found.append(best)
        for at, place in enumerate(best):
            after = (*best[:at], place + 1, *best[at + 1 :])
            if place + 1 < len(penalties[at]) and after not in seen:
                seen.add(after)
                cost = sum(costs[rank] for costs, rank in zip(penalties, after, strict=True))
                heapq.heappush(waiting, (cost, after))
    return found
