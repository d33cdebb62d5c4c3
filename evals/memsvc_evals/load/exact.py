"""The right answers: a brute-force scan in float64."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from memsvc_evals.load.workload import WANTED, Workload

__all__ = ["exactness", "wanted_notes"]

_TIE = 1e-9


def wanted_notes(workload: Workload, user: int, gone: Collection[int] = ()) -> list[int]:
    """Return the notes that a filtered question of a user may find."""
    stored = range(user, workload.stored, workload.users)
    return [note for note in stored if workload.tags[note] == WANTED and note not in gone]


def exactness(
    workload: Workload, found: Sequence[int], *, question: int, user: int, k: int, gone: Collection[int] = ()
) -> float:
    """Return which share of the k best wanted notes was found; notes of equal score stand for each other."""
    candidates = wanted_notes(workload, user, gone)
    scores = _scores(workload, question)
    best = sorted((scores[note] for note in candidates), reverse=True)[:k]
    if not best:
        return 1.0
    allowed = set(candidates)
    right = {note for note in found[:k] if note in allowed and scores[note] >= best[-1] - _TIE}
    return len(right) / len(best)


def _scores(workload: Workload, question: int) -> NDArray[np.float64]:
    vectors = workload.vectors.astype(np.float64)
    scores: NDArray[np.float64] = vectors @ workload.question_vectors[question].astype(np.float64)
    return scores
