"""From scores of keys to a ranking of items."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc_evals.longmemeval.expansion.clean import Item

__all__ = ["max_pool", "pooled_ranking"]


def max_pool(items: Sequence[Item], scores: Sequence[float]) -> list[float]:
    """Return each item's best score; `scores` follow the keys of all items in order. Raises ValueError."""
    total = sum(len(item.keys) for item in items)
    if total != len(scores):
        raise ValueError(f"{len(scores)} scores for {total} keys")
    pooled, start = [], 0
    for item in items:
        pooled.append(max(scores[start : start + len(item.keys)]))
        start += len(item.keys)
    return pooled


def pooled_ranking(items: Sequence[Item], scores: Sequence[float]) -> tuple[int, ...]:
    """Return the documents of the items, best first, each once; equal scores keep the corpus order."""
    pooled = max_pool(items, scores)
    order = sorted(range(len(items)), key=lambda place: -pooled[place])
    return tuple(items[place].document for place in order)
