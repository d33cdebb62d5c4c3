"""A note's attributes without a model: keyphrases, words of its session, who said it when and after what."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from memsvc.domain.attributes import Attributes, Method
from memsvc.ports.amem import Analysed
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.keyphrases import Keyphrases
from memsvc_retrieval.keys.stop_words import CALENDAR_WORDS, STOP_WORDS
from memsvc_retrieval.question.speakers import speaker_of

__all__ = ["RuleAnalyst"]

_MOST_KEYWORDS = 7
_MOST_TAGS = 3
_MOST_READ = 3_000
_BEFORE = 200
_WORD: Final = re.compile(r"[^\W\d_][\w'-]{2,}")
_SKIPPED: Final = STOP_WORDS | CALENDAR_WORDS


class RuleAnalyst:
    """The rule twin of the model's analysis; the same note gives the same attributes."""

    def __init__(self) -> None:
        self._keyphrases = Keyphrases()

    def analyse(self, note: Analysed) -> Attributes:
        return Attributes(
            keywords=self._keyphrases.extract(note.passage)[:_MOST_KEYWORDS],
            tags=_tags(note),
            context=_context(note),
            method=Method.RULES,
        )


def _tags(note: Analysed) -> tuple[str, ...]:
    """Return the note's words with the highest tf in it times the number of the session's notes that have them."""
    own = Counter(_words(note.passage.content))
    spread = Counter(word for text in note.session for word in set(_words(text)))
    best = sorted(own, key=lambda word: (-own[word] * (1 + spread[word]), word))
    return tuple(best[:_MOST_TAGS])


def _context(note: Analysed) -> str:
    said = " ".join([*_speakers(note.passage), f"on {note.passage.at:%A, %d %B %Y}"])
    before = " ".join(note.before.split())[:_BEFORE].strip()
    return f"{said}, after: {before}" if before else said


def _speakers(passage: Passage) -> list[str]:
    """Return who speaks, in one text: by roles, or the name that the note begins with."""
    roles = dict.fromkeys(" ".join(turn.role.split()) for turn in passage.turns)
    label = speaker_of(passage.content)
    return [" and ".join(roles)] if roles else [label] if label else []


def _words(text: str) -> list[str]:
    found = _WORD.findall(text[:_MOST_READ].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    plain = (word.removesuffix("'s").strip("'-") for word in found)
    return [word for word in plain if len(word) > 2 and word not in _SKIPPED]
