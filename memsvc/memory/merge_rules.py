"""Which thoughts are merged into one, and what it says: decisions only, nothing is read or written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from memsvc.domain.notes import Origin, Status
from memsvc.domain.triples import Triple, normalised
from memsvc.memory.kept_thoughts import Claim, KeptThought
from memsvc.memory.qualifiers import LIGHT_WORDS, qualifiers, words_of

__all__ = ["Group", "groups_to_merge", "keeps_all", "merged_triples", "wording"]

Group = tuple[KeptThought, ...]
Said = tuple[str, str, str, bool]
_Standing = tuple[float, Origin, Status]
_MOST_TAILS: Final = 8
_LONGEST_TAIL: Final = 6
_MOST_LEFT_OVER: Final = 1


def groups_to_merge(
    thoughts: Iterable[KeptThought], *, tau: float, apart: frozenset[frozenset[str]] = frozenset()
) -> list[Group]:
    """Return groups of at least two, each thought in one at most; in what order they come does not matter.

    First those of the same head and many-valued relation, then those whose vectors have a cosine of at least `tau`
    and that differ in no number, date, denial or name. Pairs in `apart` are never joined.
    """
    ordered = sorted(thoughts, key=lambda each: (each.held.since, each.note.content, each.note.id))
    lists = _lists(ordered, apart)
    taken = {each.note.id for group in lists for each in group}
    return [*lists, *_near([each for each in ordered if each.note.id not in taken], tau, apart)]


def merged_triples(group: Group) -> tuple[Triple, ...]:
    """Return the triples of all, those that say the same once, in the order of time."""
    found: dict[Said, Triple] = {}
    for triple in (triple for each in group for triple in each.triples):
        found.setdefault(_said(triple), triple)
    return tuple(found.values())


def _said(triple: Triple) -> Said:
    """Return what two triples that say the same have in common."""
    return normalised(triple.head), normalised(triple.relation), normalised(triple.tail), triple.negated


def wording(group: Group, *, alike: bool = True) -> str:
    """Return what the merged thought says by rule: a list of the tails, else the fullest of the sentences.

    Of sentences that are not `alike` all are said.
    """
    triples = merged_triples(group)
    if (
        len({(normalised(triple.head), normalised(triple.relation)) for triple in triples}) == 1
        and len(triples) > 1
    ):
        *most, last = [triple.tail for triple in triples]
        return f"{triples[0].head} {triples[0].relation} {', '.join(most)} and {last}."
    sentences = sorted({each.note.content for each in group}, key=lambda text: (-len(text), text))
    return sentences[0] if alike else " ".join(sorted(sentences))


def keeps_all(said: str, group: Group) -> bool:
    """Say whether a model's wording has every tail of the group, and no number, date, denial or name besides."""
    plain = f" {normalised(said)} "
    if not all(f" {normalised(triple.tail)} " in plain for triple in merged_triples(group)):
        return False
    known = frozenset(word for each in group for word in words_of(each.note.content))
    return all(word in known for word in qualifiers(said))


def _lists(ordered: Sequence[KeptThought], apart: frozenset[frozenset[str]]) -> list[Group]:
    by_claim: dict[tuple[Claim, _Standing], list[KeptThought]] = defaultdict(list)
    for each in ordered:
        if (claim := _list_claim(each)) is not None:
            by_claim[claim, _standing(each)].append(each)
    groups = []
    for members in by_claim.values():
        groups += _filled(members, apart, most=_MOST_TAILS)
    return groups


def _filled(members: Sequence[KeptThought], apart: frozenset[frozenset[str]], *, most: int) -> list[Group]:
    """Fill groups in order, each up to so many tails."""
    groups: list[list[KeptThought]] = []
    said: list[set[Said]] = []
    for each in members:
        own = {_said(triple) for triple in each.triples}
        for group, known in zip(groups, said, strict=True):
            if len(known | own) <= most and not _are_apart(each, group, apart):
                group.append(each)
                known |= own
                break
        else:
            groups.append([each])
            said.append(own)
    return [tuple(group) for group in groups if len(group) > 1]


def _list_claim(thought: KeptThought) -> Claim | None:
    """Return the claim of a thought that only says what is in its triples, all of a relation with many tails."""
    claims = thought.claims
    if len(claims) != 1 or qualifiers(thought.note.content) - _own_names(thought):
        return None
    if not all(_listable(triple) for triple in thought.triples) or not _says_no_more(thought):
        return None
    return next(iter(claims))


def _listable(triple: Triple) -> bool:
    if triple.functional or triple.event or triple.negated or triple.value is not None:
        return False
    words = triple.tail.split()
    if not words or len(words) > _LONGEST_TAIL or triple.relation == "does":
        return False
    # "is tired" says how somebody is, "is a teacher" what.
    return triple.relation != "is" or words[0].lower() in ("a", "an", "the")


def _own_names(thought: KeptThought) -> frozenset[str]:
    return frozenset(
        word for triple in thought.triples for word in words_of(f"{triple.head} {triple.tail}")
    ) - frozenset(word for word in qualifiers(thought.note.content) if word[0].isdigit())


def _says_no_more(thought: KeptThought) -> bool:
    said = {
        word for triple in thought.triples for word in words_of(f"{triple.head} {triple.relation} {triple.tail}")
    }
    left = set(words_of(thought.note.content)) - said - LIGHT_WORDS
    return len(left) <= _MOST_LEFT_OVER


def _near(ordered: Sequence[KeptThought], tau: float, apart: frozenset[frozenset[str]]) -> list[Group]:
    """Join each with the first group of which it is near to every member."""
    alike: dict[tuple[object, ...], list[KeptThought]] = defaultdict(list)
    for each in ordered:
        if each.vector is not None:
            alike[*_kind(each), qualifiers(each.note.content)].append(each)
    groups = [group for members in alike.values() for group in _joined(members, tau, apart)]
    place = {each.note.id: at for at, each in enumerate(ordered)}
    return sorted(groups, key=lambda group: place[group[0].note.id])


def _joined(members: Sequence[KeptThought], tau: float, apart: frozenset[frozenset[str]]) -> list[Group]:
    if len(members) < 2:
        return []
    points = np.array([each.vector for each in members], np.float64)
    groups: list[list[int]] = []
    group_of: dict[int, int] = {}
    for at, each in enumerate(members):
        near = set(np.flatnonzero(points[:at] @ points[at] >= tau).tolist())
        for number in sorted({group_of[other] for other in near}):
            group = groups[number]
            if near.issuperset(group) and not _are_apart(each, [members[other] for other in group], apart):
                group.append(at)
                group_of[at] = number
                break
        else:
            group_of[at] = len(groups)
            groups.append([at])
    return [tuple(members[at] for at in group) for group in groups if len(group) > 1]


def _kind(thought: KeptThought) -> tuple[object, ...]:
    """Return what must be equal: heads, denials, numbers, names, standing; of events and dated ones the day."""
    events = any(triple.event for triple in thought.triples)
    day = thought.held.since.date() if events or thought.held.dated else None
    heads = frozenset(normalised(triple.head) for triple in thought.triples)
    negated = frozenset(triple.negated for triple in thought.triples)
    numbers = frozenset((triple.value, triple.unit) for triple in thought.triples)
    marks = qualifiers(thought.note.content)
    return heads, negated, numbers, marks, events, day, _standing(thought)


def _standing(thought: KeptThought) -> _Standing:
    """Return how far a thought is believed: none is lowered by being merged with one that is believed less."""
    return thought.note.trust, thought.note.origin, thought.note.status


def _are_apart(thought: KeptThought, group: Sequence[KeptThought], apart: frozenset[frozenset[str]]) -> bool:
    return any(frozenset((thought.note.id, other.note.id)) in apart for other in group)
