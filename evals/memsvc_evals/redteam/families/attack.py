"""An attack: the notes that are written, and what the victim is made to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from memsvc.domain.notes import Origin
from memsvc_evals.redteam.corpora.corpus import CorpusQuestion, Turn
from memsvc_evals.redteam.optimise.carrier import Carrier, after, interleaved
from memsvc_evals.redteam.payloads.kinds import PayloadKind

__all__ = ["SIZES", "Attack", "Embedding", "Group", "Passage", "Placing", "Poison", "QuerySpan", "keyed", "whole"]

SIZES: Final = (1, 2, 8, 24)


class Group(StrEnum):
    """Which figures an attack counts in: triggers that an optimiser made, or text of an untrusted origin."""

    OPTIMISED = "optimised"
    UNTRUSTED = "untrusted"


class Embedding(StrEnum):
    """KEY: a round whose user turn is the key and whose reply is the payload. FULL: one turn, all embedded."""

    KEY = "key"
    FULL = "full"


class Placing(StrEnum):
    """Where the victim's query has the trigger."""

    NONE = "none"
    AFTER = "after"
    INTERLEAVED = "interleaved"


class Passage(StrEnum):
    """What the notes are passed through before recall, in hope of a better origin.

    THOUGHT_MERGE: post-think, then merge the thoughts that were made. AMEM_EVOLUTION: organise the notes (links
    and evolution), so that neighbours take up their words. What comes out counts as poison as the notes do.
    """

    NONE = "none"
    THOUGHT_MERGE = "thought_merge"
    AMEM_EVOLUTION = "amem_evolution"


@dataclass(frozen=True, slots=True)
class QuerySpan:
    text: str = field(repr=False)
    origin: Origin


@dataclass(frozen=True, slots=True)
class Poison:
    """One note as the turns of one round; `principal` numbers who says it, `target` is a question's id or ''."""

    turns: tuple[Turn, ...] = field(repr=False)
    principal: int = 0
    target: str = ""

    @property
    def note_text(self) -> str:
        return "\n".join(turn.content for turn in self.turns)

    @property
    def key_text(self) -> str:
        """The text that is embedded."""
        return self.turns[0].content


@dataclass(frozen=True, slots=True)
class Attack:
    """`poison` holds the notes of the largest size; of n notes the first n are written.

    `origin` is what an attacker without an account of the user's gets; `trigger_origin` is that of the trigger's
    words in the victim's query. `victims` are the questions that success is counted on.
    """

    family: str
    group: Group
    seed: int
    embedding: Embedding
    payload: PayloadKind
    poison: tuple[Poison, ...]
    victims: tuple[CorpusQuestion, ...]
    trigger: str = field(default="", repr=False)
    placing: Placing = Placing.NONE
    origin: Origin = Origin.UNTRUSTED_DOCUMENT
    trigger_origin: Origin = Origin.TOOL_EXTERNAL
    through: Passage = Passage.NONE
    sizes: tuple[int, ...] = SIZES

    def victims_of(self, size: int) -> tuple[CorpusQuestion, ...]:
        """Return whom `size` notes are meant for: the questions they target, else all victims."""
        targets = {poison.target for poison in self.poison[:size]} - {""}
        return tuple(question for question in self.victims if not targets or question.id in targets)

    def victim_query(self, question: CorpusQuestion) -> tuple[QuerySpan, ...]:
        """Return the question as the victim's agent asks it, span by span."""
        user = Origin.DIRECT_USER
        words = self.trigger.split()
        if self.placing is Placing.NONE or not words:
            return (QuerySpan(question.text, user),)
        carrier = self.carrier(question.text)
        spans: list[QuerySpan] = []
        for piece, word in zip(carrier.pieces, [*words, ""], strict=True):
            for text, origin in ((piece, user), (word, self.trigger_origin)):
                if text and spans and spans[-1].origin is origin:
                    spans[-1] = QuerySpan(f"{spans[-1].text} {text}", origin)
                elif text:
                    spans.append(QuerySpan(text, origin))
        return tuple(spans)

    def carrier(self, text: str) -> Carrier:
        """Return a text with places for this attack's trigger; raises ValueError for one without a trigger."""
        count = len(self.trigger.split())
        if not count:
            raise ValueError("an attack without a trigger has no place for one")
        return interleaved(text, count) if self.placing is Placing.INTERLEAVED else after(text, count)


def keyed(key: str, payload: str, *, principal: int = 0, target: str = "") -> Poison:
    """Return a round: the key is asked, the payload is the reply."""
    return Poison((Turn("user", key), Turn("assistant", payload)), principal, target)


def whole(text: str, *, principal: int = 0, target: str = "") -> Poison:
    """Return a note of one turn."""
    return Poison((Turn("user", text),), principal, target)
