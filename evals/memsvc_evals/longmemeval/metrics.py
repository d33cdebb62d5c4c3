"""Rank metrics: the official three, and three usual ones beside them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

__all__ = ["CUTS", "metric_names", "rank_scores", "reciprocal_rank"]

CUTS = (1, 3, 5, 10, 20, 30, 50)
_AT_K = ("recall_any", "recall_all", "recall", "ndcg_any", "ndcg_log2")


def metric_names() -> list[str]:
    """Return the names of what `rank_scores` gives over all cuts, in order."""
    return [f"{name}@{k}" for k in CUTS for name in _AT_K] + ["mrr"]


def rank_scores(ranking: Sequence[int], gold: Collection[str], ids: Sequence[str], k: int) -> dict[str, float]:
    """Return the metrics of a ranking (indices into `ids`) at one cut, without a suffix.

    `recall_any`, `recall_all` and `ndcg_any` are the official ones: without any gold they are 0, 1 and 0, and
    ranks 1 and 2 weigh the same in `ndcg_any`. `recall` is the fraction of gold found (0 without gold),
    `ndcg_log2` the usual gain over log2(rank + 1).
    """
    top = [ids[index] for index in ranking[:k]]
    found = set(top)
    hits = [doc in gold for doc in top]
    ideal = sorted((doc in gold for doc in ids), reverse=True)[:k]
    return {
        "recall_any": float(any(doc in found for doc in gold)),
        "recall_all": float(all(doc in found for doc in gold)),
        "recall": sum(doc in found for doc in gold) / len(gold) if gold else 0.0,
        "ndcg_any": _ratio(_official_gain(hits), _official_gain(ideal)),
        "ndcg_log2": _ratio(_usual_gain(hits), _usual_gain(ideal)),
    }


def reciprocal_rank(ranking: Sequence[int], gold: Collection[str], ids: Sequence[str]) -> float:
    """Return 1 over the rank of the first gold document, 0 if there is none."""
    return next((1.0 / rank for rank, index in enumerate(ranking, 1) if ids[index] in gold), 0.0)


def _official_gain(hits: Sequence[bool]) -> float:
    return float(sum(1.0 if rank == 1 else 1.0 / math.log2(rank) for rank, hit in enumerate(hits, 1) if hit))


def _usual_gain(hits: Sequence[bool]) -> float:
    return sum(1.0 / math.log2(rank + 1) for rank, hit in enumerate(hits, 1) if hit)


def _ratio(gain: float, ideal: float) -> float:
    return gain / ideal if ideal else 0.0
