"""What links add to the notes that a question found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.links import LinkType
from memsvc.ports.derived import Edges
from memsvc.ports.ranking import Rows
from memsvc_retrieval.graph.neighbourhood import LinkSource, Reach, gather
from memsvc_retrieval.graph.pagerank import personalised_pagerank

__all__ = ["Expanded", "LinkUse", "expand"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinkUse:
    """The best `seeds` notes begin a walk over links of `types` that goes on with `alpha`.

    The note where it stays most gets `weight` more, another one the root of its share of that. Chosen on LoCoMo's
    development conversations (docs/locomo.md): what sequence links could give, a note's context gives already.
    """

    types: Collection[LinkType] = frozenset({LinkType.ENTITY, LinkType.RELATED, LinkType.MANUAL})
    seeds: int = 20
    alpha: float = 0.5
    weight: float = 0.2
    reach: Reach = field(default_factory=Reach)


class Expanded(NamedTuple):
    """Rows, ascending, with their scores; and for each that only links lead to, the rows that they lead from."""

    rows: Rows
    scores: Scores
    led_from: Mapping[int, tuple[int, ...]]


def expand(rows: Rows, scores: Scores, links: LinkSource, use: LinkUse) -> Expanded:
    """Return the rows, ascending, joined by what links lead to, and all scores with what links add.

    A seed begins the walk by 1/(rank + 1), rank from 0. A note that only links lead to has the lowest score
    besides. Nothing changes where the seeds have no links. `rows` are ascending.
    """
    best = np.argsort(-scores, kind="stable")[: use.seeds]
    around = gather(links, rows[best], types=use.types, reach=use.reach)
    if not len(around.edges.low):
        return Expanded(rows, scores, {})
    starts = np.zeros(len(around.nodes))
    starts[np.searchsorted(around.nodes, rows[best])] = 1.0 / np.arange(1, len(best) + 1)
    ranks = personalised_pagerank(around.nodes, around.edges, starts, alpha=use.alpha)
    joined = np.union1d(rows, around.nodes)
    raised = np.full(len(joined), scores.min())
    raised[np.searchsorted(joined, rows)] = scores
    raised[np.searchsorted(joined, around.nodes)] += use.weight * np.sqrt(ranks / ranks.max())
    return Expanded(joined, raised, _led_from(around.edges, np.setdiff1d(joined, rows), seeds=rows[best]))


def _led_from(edges: Edges, new: Rows, *, seeds: Rows) -> dict[int, tuple[int, ...]]:
    """Return for each new row what it is linked with: seeds, or where there are none other notes of the walk."""
    near: defaultdict[int, list[int]] = defaultdict(list)
    for low, high in zip(edges.low.tolist(), edges.high.tolist(), strict=True):
        near[low].append(high)
        near[high].append(low)
    begun = set(seeds.tolist())
    return {row: tuple(begun.intersection(near[row]) or near[row]) for row in new.tolist()}
