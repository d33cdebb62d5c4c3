"""Postings within the page limit: what is over it is divided, never cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsvc_stores.vectors.spann.clustering import divide, nearest_to_mean
from memsvc_stores.vectors.spann.heads import without_twins
from memsvc_stores.vectors.spann.options import SpannOptions
from memsvc_stores.vectors.spann.source import Ids, Vectors, take

__all__ = ["Posting", "limited", "numbered"]


@dataclass(frozen=True, slots=True)
class Posting:
    """A data point that stands for ids, and these ids."""

    head: int
    members: Ids


def limited(vectors: Vectors, postings: list[Posting], *, limit: int, options: SpannOptions) -> list[Posting]:
    """Divide postings of more than `limit` ids by clustering, each part with a head of its own.

    Vectors that clustering cannot tell apart are divided by position and share the head.
    """
    rng = np.random.default_rng(options.seed)
    done: list[Posting] = []
    waiting = list(reversed(postings))
    while waiting:
        posting = waiting.pop()
        members = posting.members
        if members.size <= limit:
            done.append(posting)
            continue
        parts = min(-(-members.size // limit), options.bkt_kmeans_k)
        groups = divide(vectors, members, parts, options=options, rng=rng)
        if len(groups) > 1:
            waiting.extend(Posting(nearest_to_mean(vectors, group), group) for group in reversed(groups))
        else:
            done.extend(Posting(posting.head, part) for part in np.array_split(members, -(-members.size // limit)))
    return done


def numbered(vectors: Vectors, postings: list[Posting]) -> tuple[Ids, list[list[Ids]]]:
    """Return the distinct heads and, for each, its postings; postings without ids are left out."""
    filled = [posting for posting in postings if posting.members.size]
    used = np.unique([posting.head for posting in filled])
    heads = without_twins(vectors, used)
    by_vector = {row.tobytes(): place for place, row in enumerate(take(vectors, heads))}
    place_of = {head: by_vector[take(vectors, np.array([head]))[0].tobytes()] for head in used.tolist()}
    owned: list[list[Ids]] = [[] for _ in range(heads.size)]
    for posting in filled:
        owned[place_of[posting.head]].append(posting.members)
    return heads, owned
