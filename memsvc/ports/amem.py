"""A-MEM's two judgements of a note, by rules or a model: what it is about, what it has to do with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from memsvc.domain.attributes import Attributes
from memsvc.domain.links import LinkType
from memsvc.ports.llm import ChatModel
from memsvc.ports.retrieval import Passage

__all__ = [
    "AmemTools",
    "Analysed",
    "JudgedLink",
    "Judgement",
    "LinkJudge",
    "NoteAnalyst",
    "Shown",
    "TermFinder",
]


@dataclass(frozen=True, slots=True)
class Analysed:
    """A note to analyse: `before` is what was said just before it, `session` what was said before it at all."""

    passage: Passage = field(repr=False)
    before: str = field(default="", repr=False)
    session: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A note as a judge sees it."""

    passage: Passage = field(repr=False)
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class JudgedLink:
    """`neighbour` is its place in what the judge was shown, from 0; `weight` is in (0, 1]."""

    neighbour: int
    type: LinkType
    weight: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge makes of a new note among its neighbours, all by their places.

    `adopted` are tags of linked neighbours that fit the new note too; `rewritten` are the neighbours' attributes
    as they should be now that the new note is known.
    """

    links: tuple[JudgedLink, ...] = ()
    adopted: tuple[str, ...] = field(default=(), repr=False)
    rewritten: Mapping[int, Attributes] = field(default_factory=dict, repr=False)


class NoteAnalyst(Protocol):
    """Constructs a note's attributes (A-MEM, section 3.1)."""

    def analyse(self, note: Analysed) -> Attributes:
        """Return a note's attributes; a model gives a keyword and a context at least, or raises LLM_FAILURES."""


class LinkJudge(Protocol):
    """Links a note and evolves its neighbours (A-MEM, sections 3.2 and 3.3, in one judgement)."""

    def judge(self, new: Shown, neighbours: Sequence[Shown]) -> Judgement:
        """Return links and changes; none of a neighbour that was not shown. Raises LLM_FAILURES."""


class TermFinder(Protocol):
    """Finds the terms of a note; the rare ones among them link notes."""

    def terms(self, passage: Passage) -> tuple[str, ...]:
        """Return terms as they are compared, each once, in the order in which they come."""


@dataclass(frozen=True, slots=True)
class AmemTools:
    """`rules` and `terms` need no model; `analyst` and `judge` make of a model what works with it."""

    rules: NoteAnalyst
    terms: TermFinder
    analyst: Callable[[ChatModel], NoteAnalyst]
    judge: Callable[[ChatModel], LinkJudge]
