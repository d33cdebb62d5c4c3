"""Links by rules: notes that share rare words, and notes that are each other's nearest and share a keyword.

Sequence links need no rule: they follow from the order of a session and are never stored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.notes import KeyGroup, Kind, Note, Status
from memsvc.domain.policies import LinkPolicy
from memsvc.memory.context import Context
from memsvc.memory.drafting import passage_of
from memsvc.ports.amem import Analysed, TermFinder
from memsvc.ports.embedding import Model, Vector
from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Reader

__all__ = ["entity_weights", "keyword_words", "linkable", "rule_links"]

_RARE_SHARE = 0.01
_MOST_RARE = 50


def linkable(note: Note) -> bool:
    """Return whether rules link a note: not one in doubt, nor a thought, which leads to its sources anyway."""
    return note.status is Status.ACTIVE and note.kind is not Kind.THOUGHT


def rule_links(
    context: Context, reader: Reader, state: NamespaceState, note: Note, policy: LinkPolicy
) -> list[NewLink]:
    """Return the links of a note whose mentions are stored, of each type the `cap` heaviest."""
    links: list[NewLink] = []
    if policy.entity:
        links += _named(
            reader, note, LinkType.ENTITY, entity_weights(context.amem.terms, reader, note), policy.cap
        )
    if policy.semantic:
        links += _named(
            reader, note, LinkType.SEMANTIC, _semantic(context, reader, state, note, policy), policy.cap
        )
    return links


def entity_weights(finder: TermFinder, reader: Reader, note: Note) -> dict[int, float]:
    """Return the weight of each visible note that shares rare terms: their idf, capped, with n notes

        min(1, sum over shared terms of ln(n / df) / ln n),

    over terms that 2 to max(2, n / 100) notes have, at most 50.
    """
    count = reader.size()
    if count < 3:
        return {}
    most = min(_MOST_RARE, max(2, int(count * _RARE_SHARE)))
    holders: dict[str, list[int]] = {}
    terms = finder.terms(passage_of(note))
    for term, row in reader.mentions.holders(terms, most=most):
        holders.setdefault(term, []).append(row)
    weights: dict[int, float] = {}
    for rows in holders.values():
        others = [row for row in rows if row != note.row]
        if len(others) < most:
            gain = math.log(count / (len(others) + 1)) / math.log(count)
            for row in others:
                weights[row] = weights.get(row, 0.0) + gain
    return {row: min(1.0, weight) for row, weight in weights.items() if weight > 0}


def keyword_words(context: Context, note: Note, attributes: Attributes | None) -> frozenset[str]:
    """Return the words of a note's keywords, which rules find where it has no attributes."""
    found = attributes or context.amem.rules.analyse(Analysed(passage_of(note)))
    return frozenset(word for keyword in found.keywords for word in keyword.casefold().split() if len(word) > 3)


def _semantic(
    context: Context, reader: Reader, state: NamespaceState, note: Note, policy: LinkPolicy
) -> dict[int, float]:
    """Return the cosine of each note from tau on that shares a keyword and has this note among its nearest."""
    vector = _whole(reader, state.model, note)
    if vector is None:
        return {}
    near = _nearest(context, reader, state, note, vector, k=policy.cap)
    near = {row: score for row, score in near.items() if score >= policy.tau}
    found = [each for each in reader.notes_by_row(list(near)) if linkable(each)]
    attributes = reader.attributes.get_many([note.id, *(each.id for each in found)])
    own = keyword_words(context, note, attributes.get(note.id))
    mutual = {}
    for each in found:
        if own.isdisjoint(keyword_words(context, each, attributes.get(each.id))):
            continue
        other = _whole(reader, state.model, each)
        if other is not None and note.row in _nearest(context, reader, state, each, other, k=policy.cap):
            mutual[each.row] = min(1.0, near[each.row])
    return mutual


def _nearest(
    context: Context, reader: Reader, state: NamespaceState, note: Note, vector: Vector, *, k: int
) -> dict[int, float]:
    found = context.index.search(reader, state, vector, group=KeyGroup.WHOLE, k=k + 1, allowed=None)
    scores = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    scores.pop(note.row, None)
    return dict(list(scores.items())[:k])


def _whole(reader: Reader, model: Model, note: Note) -> Vector | None:
    """Return the mean of the vectors of a note's whole text, of length 1; None without any."""
    hashes = [key.text_hash for key in reader.keys(note.id) if key.kind in KeyGroup.WHOLE.kinds]
    vectors = reader.vectors.get_many(model, hashes)
    if not vectors:
        return None
    mean = np.mean(np.stack(list(vectors.values())), axis=0)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 else None


def _named(
    reader: Reader, note: Note, type_: LinkType, weights: Mapping[int, float], cap: int
) -> Sequence[NewLink]:
    best = sorted(weights, key=lambda row: (-weights[row], row))[:cap]
    others = [each for each in reader.notes_by_row(best) if linkable(each)]
    return [NewLink(note.id, each.id, type_, weights[each.row], Method.RULES) for each in others]
