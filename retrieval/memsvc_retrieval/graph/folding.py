"""Thoughts lift what they were made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows

__all__ = ["Folding", "fold_thoughts"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Folding:
    """A note comes nearer by `share` to the score of its best thought, where that is higher.

    Chosen on LoCoMo's development conversations (docs/locomo.md).
    """

    share: float = 0.5


def fold_thoughts(
    rows: Rows, scores: Scores, *, thoughts: Rows, sources: Rows, folding: Folding
) -> tuple[Rows, Scores]:
    """Return the rows without the thoughts, ascending, and their scores, raised by those of their thoughts.

    `rows` are ascending; (thoughts[i], sources[i]) says that a thought was made from a source. A source that is
    not among `rows` joins them, with the lowest score before it is raised. Pairs of other thoughts do nothing.
    """
    found = np.isin(thoughts, rows)
    thoughts, sources = thoughts[found], sources[found]
    if not len(thoughts):
        return rows, scores
    kept = ~np.isin(rows, thoughts)
    lifted = np.union1d(rows[kept], sources)
    own = np.full(len(lifted), scores.min())
    own[np.searchsorted(lifted, rows[kept])] = scores[kept]
    best = np.full(len(lifted), -np.inf)
    np.maximum.at(best, np.searchsorted(lifted, sources), scores[np.searchsorted(rows, thoughts)])
    gain = np.maximum(0.0, best - own)
    return lifted, own + folding.share * gain
