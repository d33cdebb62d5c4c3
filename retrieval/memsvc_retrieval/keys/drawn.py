"""What was drawn from a passage, as keys beside those of its own words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, tzinfo

from memsvc.domain.notes import KeyKind
from memsvc.ports.extraction import Event, ExtractedKeys, KeyExtraction
from memsvc.ports.retrieval import DrawnKey, KeyMaker, KeySpan, Passage

__all__ = ["DrawnKeys"]


class DrawnKeys:
    """The keys of another maker, and one more for each slot that holds something; each event is its own key."""

    def __init__(self, base: KeyMaker, extraction: KeyExtraction) -> None:
        self._base = base
        self._extraction = extraction

    @property
    def version(self) -> str:
        drawn = (f"{slot}-{version}" for slot, version in self._extraction.versions.items())
        return ",".join((self._base.version, *drawn))

    def keys(self, passage: Passage) -> list[KeySpan | DrawnKey]:
        drawn = self._extraction.extract(passage)
        return [*self._base.keys(passage), *_texts(drawn), *_events(drawn, passage.at.tzinfo)]


def _texts(drawn: ExtractedKeys) -> Iterator[DrawnKey]:
    texts = {
        KeyKind.SUMMARY: drawn.summary,
        KeyKind.FACT: " ".join(drawn.user_facts or ()),
        KeyKind.PREFERENCE: " ".join(drawn.preferences or ()),
        KeyKind.KEYPHRASE: "; ".join(drawn.keyphrases or ()),
        KeyKind.ENTITY: "; ".join(drawn.entities or ()),
    }
    return (DrawnKey(kind, text) for kind, text in texts.items() if text and text.strip())


def _events(drawn: ExtractedKeys, zone: tzinfo | None) -> Iterator[DrawnKey]:
    for event in drawn.events or ():
        yield DrawnKey(KeyKind.EVENT, event.text, *_bounds(event, zone))


def _bounds(event: Event, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return the first and the last moment of an event's days."""
    return datetime.combine(event.start, time.min, zone), datetime.combine(event.end, time.max, zone)
