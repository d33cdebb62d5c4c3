"""What a note's own wording says of whether it answers: it only asks, or the one who is asked about says it."""

from __future__ import annotations

from collections.abc import Collection

from memsvc_retrieval.keys.sentences import split_sentences
from memsvc_retrieval.question.speakers import speaker_of

__all__ = ["wording_factor"]

_ASKS = 0.5
_SPEAKS = 0.3


def wording_factor(content: str, *, openness: float, named: Collection[str]) -> float:
    """Return what a score is multiplied by: less for a short note of questions, more for a named speaker's."""
    factor = 1.0 - _ASKS * openness * _share_of_questions(content) if openness else 1.0
    return factor * (1.0 + _SPEAKS) if named and speaker_of(content) in named else factor


def _share_of_questions(content: str) -> float:
    sentences = split_sentences(content)
    asked = sum(len(sentence) for sentence in sentences if sentence.endswith("?"))
    return asked / max(sum(map(len, sentences)), 1)
