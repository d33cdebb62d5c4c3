"""What the user says of himself: sentences in the first person that tell something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.own_words import user_lines
from memsvc_retrieval.keys.sentences import split_sentences

__all__ = ["statements"]

_FEWEST_WORDS = 4
_LONGEST = 400
_FIRST_PERSON: Final = re.compile(r"\b(?:I|i|[Mm](?:y|e|ine|yself))\b(?!\.)")
_PLURAL: Final = re.compile(r"\b(?:we|our|ours|us)\b", re.IGNORECASE)
# "Did I tell you that I just moved?" tells something although it asks.
_TELLING: Final = re.compile(
    r"\b(?:(?:i|we)(?:'ve| have)? (?:just|recently)|ago|last (?:week|month|year))\b", re.IGNORECASE
)
_REACTION: Final = re.compile(
    r"I (?:think|guess|like that) (?:that|it|this)(?:'s| is| sounds| would be) \S+(?: \S+){0,3}$"
)
_REQUEST: Final = re.compile(
    r"(?:^|[,;:–—-]?\s+)(?:(?:and|so|but|or|also|then)\s+)?(?:(?:can|could|would|will|do|did|are|is|have) "
    r"(?:you|there|it|they|any|we)\b|(?:what|which|how|where|when|who|why)(?:'s)? "
    r"(?:are|is|do|does|should|would|can|could|about|kind|other)\b|any (?:\w+ )?(?:tips|advice|ideas|suggestions|"
    r"recommendations|thoughts)\b|(?:should|can|could) i\b)",
    re.IGNORECASE,
)
_LEAD_IN: Final = re.compile(
    r"^(?:(?:by the way|oh|also|actually|so|and|but|well|yes|yeah|no|anyways?|btw|speaking of which|plus|thanks|"
    r"hi|hey|hello|wow|great|ok|okay|in fact|to be honest|honestly|hmm)\b[,!.:;–—-]*\s*)+",
    re.IGNORECASE,
)


def statements(passage: Passage) -> list[str]:
    """Return the user's statements of himself, as he put them, in order and each once."""
    found: dict[str, None] = {}
    for line in user_lines(passage):
        for sentence in split_sentences(line.replace("’", "'")):
            for statement in _told(sentence):
                found.setdefault(statement)
    return list(found)


def _told(sentence: str) -> Iterator[str]:
    if len(sentence) > _LONGEST or not (_FIRST_PERSON.search(sentence) or _PLURAL.search(sentence)):
        return
    told = _LEAD_IN.sub("", sentence).strip()
    if told.rstrip("\"'”’) ").endswith("?"):
        told = _before_request(told) or (told if _TELLING.search(told) else "")
    if _tells(told) and not _REACTION.match(told):
        yield told


def _tells(text: str) -> bool:
    return len(text.split()) >= _FEWEST_WORDS and bool(_FIRST_PERSON.search(text) or _PLURAL.search(text))


def _before_request(sentence: str) -> str:
    """Return what is said before the question, "" where that is nothing by itself."""
    request = _REQUEST.search(sentence)
    told = sentence[: request.start()].rstrip(" ,;:–—-") if request else ""
    return told if _tells(told) else ""
