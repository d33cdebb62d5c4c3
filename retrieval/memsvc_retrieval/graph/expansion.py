"""What links add to the notes that a question found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.links import LinkType
from memsvc.ports.ranking import Rows
from memsvc_retrieval.graph.neighbourhood import LinkSource, Reach, gather
from memsvc_retrieval.graph.pagerank import personalised_pagerank

__all__ = ["LinkUse", "expand"]

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


def expand(rows: Rows, scores: Scores, links: LinkSource, use: LinkUse) -> tuple[Rows, Scores]:
    """Return the rows, ascending, joined by what links lead to, and all scores with what links add.

    A seed begins the walk by 1/(rank + 1), rank from 0. A note that only links lead to has the lowest score
    besides. Nothing changes where the seeds have no links. `rows` are ascending.
    """
    best = np.argsort(-scores, kind="stable")[: use.seeds]
    around = gather(links, rows[best], types=use.types, reach=use.reach)
    if not len(around.edges.low):
        return rows, scores
    starts = np.zeros(len(around.nodes))
    starts[np.searchsorted(around.nodes, rows[best])] = 1.0 / np.arange(1, len(best) + 1)
    ranks = personalised_pagerank(around.nodes, around.edges, starts, alpha=use.alpha)
    joined = np.union1d(rows, around.nodes)
    raised = np.full(len(joined), scores.min())
    raised[np.searchsorted(joined, rows)] = scores
    raised[np.searchsorted(joined, around.nodes)] += use.weight * np.sqrt(ranks / ranks.max())
    return joined, raised
