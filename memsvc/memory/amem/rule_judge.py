"""The rule twin of the model's judgement: links by rare words and mutual nearness, tags by majority.

Nothing is rewritten: a note only takes tags that most of at least two linked notes have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.links import STORED_TYPES, LinkType, NewLink
from memsvc.domain.notes import KeyKind, Note
from memsvc.memory.amem.planning import Evolution, Plan, may_shape, united
from memsvc.memory.amem.seeing import Near, nearest
from memsvc.memory.context import Context
from memsvc.memory.drafting import passage_of
from memsvc.memory.rule_links import entity_weights, keyword_words
from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Reader

__all__ = ["plan_by_rules"]

_FRIENDLY = STORED_TYPES - {LinkType.CONFLICT}


def plan_by_rules(
    context: Context,
    reader: Reader,
    state: NamespaceState,
    construction: Evolution,
    near: Sequence[Near],
    *,
    tau: float,
) -> Plan:
    """Return what rules make of a note's construction and its neighbours; `tau` is the least cosine of a link."""
    note = construction.note
    links = list(_links(context, reader, state, construction, near, tau))
    partners = {link.second for link in links}
    linked = [each for each in near if each.note.id in partners]
    own = _with_majority(note, construction.after, [(each.note, each.attributes) for each in linked])
    if own is not None:
        sources = tuple(dict.fromkeys([*construction.sources, *own.sources]))
        construction = replace(construction, after=own.after, sources=sources)
    evolved = [_evolved(reader, each, note, construction.after) for each in linked]
    changes = (construction, *(change for change in evolved if change is not None))
    return Plan(changes, tuple(links), context.amem.terms.terms(passage_of(note)))


def _links(
    context: Context,
    reader: Reader,
    state: NamespaceState,
    construction: Evolution,
    near: Sequence[Near],
    tau: float,
) -> Iterator[NewLink]:
    note = construction.note
    entities = entity_weights(context.amem.terms, reader, note)
    words = keyword_words(context, note, construction.after)
    for each in near:
        other = each.note.id
        if each.note.row in entities:
            yield NewLink(note.id, other, LinkType.ENTITY, entities[each.note.row], Method.RULES)
        if (
            each.similarity >= tau
            and not words.isdisjoint(keyword_words(context, each.note, each.attributes))
            and _is_mutual(context, reader, state, note, each, k=len(near))
        ):
            yield NewLink(note.id, other, LinkType.SEMANTIC, min(1.0, each.similarity), Method.RULES)


def _is_mutual(context: Context, reader: Reader, state: NamespaceState, note: Note, near: Near, *, k: int) -> bool:
    """Return whether fewer than k others are nearer to the neighbour than the note with its attributes to come."""
    keys = reader.keys(near.note.id)
    best = next((key for key in keys if key.kind is KeyKind.AMEM), keys[0] if keys else None)
    vectors = reader.vectors.get_many(state.model, [best.text_hash]) if best is not None else {}
    if best is None or best.text_hash not in vectors:
        return False
    around = nearest(context, reader, state, near.note, vectors[best.text_hash], k=k + 1)
    return sum(each.similarity > near.similarity for each in around if each.note.id != note.id) < k


def _evolved(reader: Reader, target: Near, note: Note, attributes: Attributes) -> Evolution | None:
    """Return the target with tags that most of its linked notes have, of which the new note is one."""
    if target.attributes is None:
        return None
    others = [link.other for link in reader.links.of(target.note.id, types=_FRIENDLY)]
    others = [other for other in dict.fromkeys(others) if other != note.id]
    known = reader.attributes.get_many(others)
    linked = [(each, known.get(each.id)) for each in reader.notes(others)]
    return _with_majority(target.note, target.attributes, [*linked, (note, attributes)])


def _with_majority(
    note: Note, before: Attributes, linked: Sequence[tuple[Note, Attributes | None]]
) -> Evolution | None:
    """Return the change, or None when no tag that the note lacks is had by two and by more than half of them."""
    trusted = [(each, found) for each, found in linked if found is not None and may_shape([each], note)]
    counts = Counter(tag for _, found in trusted for tag in found.tags)
    common = [tag for tag, count in counts.most_common() if count >= 2 and 2 * count > len(linked)]
    tags = united(before.tags, common)
    if tags == before.tags:
        return None
    gained = set(tags) - set(before.tags)
    sources = tuple(each.id for each, found in trusted if gained & set(found.tags))
    return Evolution(note, before, replace(before, tags=tags), sources)
