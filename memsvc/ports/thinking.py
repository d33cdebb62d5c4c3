"""What thoughts are made of, and who judges and words them: rules, or a language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memsvc.domain.triples import Triple
from memsvc.ports.llm import ChatModel
from memsvc.ports.retrieval import Passage

__all__ = ["Material", "Organiser", "Statement", "Thinking", "Thought", "ThoughtMaker"]


@dataclass(frozen=True, slots=True)
class Material:
    """A passage to think about, and the one before it in its session, for what it asked."""

    passage: Passage
    before: Passage | None = None


@dataclass(frozen=True, slots=True)
class Thought:
    """A sentence that stands alone, with at least one triple (TiM, section 3.2).

    `source` is the place of the material that it was made of. `said` holds the words that it was made of, "" when
    they are not known; `since` is the time that the sentence itself names, None when it names none. `quotes` says
    that words of what was said before the material may be in it.
    """

    sentence: str = field(repr=False)
    triples: tuple[Triple, ...] = field(repr=False)
    source: int
    said: str = field(default="", repr=False)
    since: datetime | None = None
    quotes: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A thought as it is shown to an organiser: what it says, and since when."""

    sentence: str = field(repr=False)
    since: datetime


class ThoughtMaker(Protocol):
    """Makes thoughts, in the order of what they are made of; `version` changes with whatever it does otherwise."""

    @property
    def version(self) -> str: ...

    def think(self, materials: Sequence[Material]) -> list[Thought]:
        """Return the thoughts of each material's passage. A model's errors (`LLM_FAILURES`) go through."""


class Organiser(Protocol):
    """Compares and joins sentences that are named by their places; what it says is checked by the caller."""

    def contradictions(self, statements: Sequence[Statement]) -> list[tuple[int, int]]:
        """Return pairs of places of statements that cannot both hold."""

    def wording(self, statements: Sequence[Statement]) -> str:
        """Return one sentence that says what all statements say."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """The rules, and what makes a maker and an organiser of a language model."""

    rules: ThoughtMaker
    by_model: Callable[[ChatModel], ThoughtMaker]
    organiser: Callable[[ChatModel], Organiser]
