"""Thoughts lift what they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows

__all__ = ["Folded", "Folding", "fold_thoughts"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Folding:
    """A note comes nearer by `share` to the score of its best thought, where that is higher.

    Chosen on LoCoMo's development conversations (docs/locomo.md).
    """

    share: float = 0.5


class Folded(NamedTuple):
    """Rows, ascending, with their scores; and for each that was raised or joined the thought that did it."""

    rows: Rows
    scores: Scores
    raised_by: Mapping[int, tuple[int, ...]]


def fold_thoughts(rows: Rows, scores: Scores, *, thoughts: Rows, sources: Rows, folding: Folding) -> Folded:
    """Return the rows without the thoughts, ascending, and their scores, raised by those of their thoughts.

    `rows` are ascending; (thoughts[i], sources[i]) says that a thought was made from a source. A source that is
    not among `rows` joins them, with the lowest score before it is raised. Pairs of other thoughts do nothing.
    """
    found = np.isin(thoughts, rows)
    thoughts, sources = thoughts[found], sources[found]
    if not len(thoughts):
        return Folded(rows, scores, {})
    kept = ~np.isin(rows, thoughts)
    lifted = np.union1d(rows[kept], sources)
    own = np.full(len(lifted), scores.min())
    own[np.searchsorted(lifted, rows[kept])] = scores[kept]
    nearness = scores[np.searchsorted(rows, thoughts)]
    order = np.lexsort((thoughts, -nearness, sources))
    thoughts, sources, nearness = thoughts[order], sources[order], nearness[order]
    told, first = np.unique(sources, return_index=True)
    places = np.searchsorted(lifted, told)
    gain = np.maximum(0.0, nearness[first] - own[places])
    own[places] += folding.share * gain
    raised = (gain > 0) | ~np.isin(told, rows)
    pairs = zip(told[raised].tolist(), thoughts[first[raised]].tolist(), strict=True)
    return Folded(lifted, own, {source: (thought,) for source, thought in pairs})
