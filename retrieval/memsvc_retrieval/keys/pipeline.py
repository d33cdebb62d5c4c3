"""All slots of a passage, each by the extractor chosen for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from memsvc.ports.extraction import Event, ExtractedKeys, Extractor, Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.entities import Entities
from memsvc_retrieval.keys.events import Events
from memsvc_retrieval.keys.keyphrases import Keyphrases
from memsvc_retrieval.keys.preferences import Preferences
from memsvc_retrieval.keys.summary import Summary
from memsvc_retrieval.keys.user_facts import UserFacts

__all__ = ["KeyPipeline", "rule_pipeline"]

_Texts = tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPipeline:
    """One extractor per slot, by rules or by a model; a slot without one stays None."""

    summary: Extractor[str | None] | None = None
    keyphrases: Extractor[_Texts] | None = None
    user_facts: Extractor[_Texts] | None = None
    preferences: Extractor[_Texts] | None = None
    events: Extractor[tuple[Event, ...] | None] | None = None
    entities: Extractor[_Texts] | None = None

    @property
    def versions(self) -> Mapping[Slot, str]:
        chosen = {slot: getattr(self, slot.value) for slot in Slot}
        return {slot: extractor.version for slot, extractor in chosen.items() if extractor is not None}

    def extract(self, passage: Passage) -> ExtractedKeys:
        return ExtractedKeys(
            summary=self.summary.extract(passage) if self.summary else None,
            keyphrases=self.keyphrases.extract(passage) if self.keyphrases else None,
            user_facts=self.user_facts.extract(passage) if self.user_facts else None,
            preferences=self.preferences.extract(passage) if self.preferences else None,
            events=self.events.extract(passage) if self.events else None,
            entities=self.entities.extract(passage) if self.entities else None,
        )


def rule_pipeline() -> KeyPipeline:
    """Return the pipeline that needs no model."""
    return KeyPipeline(
        summary=Summary(),
        keyphrases=Keyphrases(),
        user_facts=UserFacts(),
        preferences=Preferences(),
        events=Events(),
        entities=Entities(),
    )
