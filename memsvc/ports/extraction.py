"""What is drawn from a passage so that it can be found by more than its own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from memsvc.ports.retrieval import Passage

__all__ = ["Event", "ExtractedKeys", "Extractor", "KeyExtraction", "Slot"]

T_co = TypeVar("T_co", covariant=True)


class Slot(StrEnum):
    """What an extractor fills; the values are the names of the fields of ExtractedKeys."""

    SUMMARY = "summary"
    KEYPHRASES = "keyphrases"
    USER_FACTS = "user_facts"
    PREFERENCES = "preferences"
    EVENTS = "events"
    ENTITIES = "entities"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or is to, on the days from `start` to `end`, both inclusive."""

    start: date
    end: date
    text: str


@dataclass(frozen=True, slots=True)
class ExtractedKeys:
    """What was drawn from one passage; a slot is None where its extraction failed or was not asked for."""

    summary: str | None = None
    keyphrases: tuple[str, ...] | None = None
    user_facts: tuple[str, ...] | None = None
    preferences: tuple[str, ...] | None = None
    events: tuple[Event, ...] | None = None
    entities: tuple[str, ...] | None = None


class Extractor(Protocol[T_co]):
    """Fills one slot, by rules or by a model; None says that it failed.

    By rules the same passage gives the same value as long as `version` is the same.
    """

    @property
    def slot(self) -> Slot: ...

    @property
    def version(self) -> str: ...

    def extract(self, passage: Passage) -> T_co: ...


class KeyExtraction(Protocol):
    """Fills several slots of a passage."""

    @property
    def versions(self) -> Mapping[Slot, str]:
        """Return the version of the extractor of each slot that is filled."""

    def extract(self, passage: Passage) -> ExtractedKeys: ...
