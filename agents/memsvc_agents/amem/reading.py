"""From the model's judgement to one that can be carried out; what names no shown neighbour is dropped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.links import LinkType
from memsvc.ports.amem import JudgedLink, Judgement, Shown
from memsvc_agents.amem.forms import ChangeForm, JudgementForm, LinkForm
from memsvc_agents.amem.limits import CONTEXT, KEYWORDS, TAGS
from memsvc_agents.amem.texts import one_line

__all__ = ["judgement_of"]

_Form = TypeVar("_Form", LinkForm, ChangeForm)


def judgement_of(answer: JudgementForm, new: Shown, neighbours: Sequence[Shown]) -> Judgement:
    """Return the judgement; neighbours are numbered from 1 in the answer, and each counts once."""
    links = tuple(
        JudgedLink(place, LinkType(link.type), min(1.0, link.confidence))
        for place, link in _each_once(answer.links, len(neighbours))
        if link.confidence > 0 and not math.isnan(link.confidence)
    )
    rewritten = {
        place: changed
        for place, change in _each_once(answer.changes, len(neighbours))
        if (changed := _changed(change, neighbours[place].attributes)) != neighbours[place].attributes
    }
    return Judgement(links, _adopted(answer.tags, new, [neighbours[link.neighbour] for link in links]), rewritten)


def _each_once(forms: Iterable[_Form], count: int) -> Iterator[tuple[int, _Form]]:
    """Yield the first form of each neighbour, with its place from 0."""
    seen = set()
    for form in forms:
        place = form.n - 1
        if 0 <= place < count and place not in seen:
            seen.add(place)
            yield place, form


def _changed(change: ChangeForm, old: Attributes) -> Attributes:
    """Return the attributes with what the change says; an empty part leaves the old one."""
    keywords, tags = KEYWORDS.of(change.keywords), TAGS.of(change.tags)
    context = one_line(change.context, CONTEXT)
    if (keywords or old.keywords, tags or old.tags, context or old.context) == (
        old.keywords,
        old.tags,
        old.context,
    ):
        return old
    return Attributes(keywords or old.keywords, tags or old.tags, context or old.context, Method.LLM)


def _adopted(tags: Sequence[str], new: Shown, linked: Sequence[Shown]) -> tuple[str, ...]:
    """Return those of the tags that a linked neighbour has and the new note has not."""
    offered = {tag.casefold(): tag for note in linked for tag in note.attributes.tags}
    own = {tag.casefold() for tag in new.attributes.tags}
    wanted = dict.fromkeys(tag.casefold() for tag in TAGS.of(tags))
    return tuple(offered[tag] for tag in wanted if tag in offered and tag not in own)
