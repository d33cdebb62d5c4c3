"""The words of a note by which it is linked to others that share the rare ones among them."""

from __future__ import annotations

import re
from typing import Final

from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.stop_words import STOP_WORDS
from memsvc_retrieval.question.speakers import speaker_of

__all__ = ["ContentTerms"]

_MOST = 200
_WORD: Final = re.compile(r"[^\W\d_][\w'-]{3,}")


class ContentTerms:
    """At most 200 words of four letters or more, without stop words and the name that a note begins with.

    All words, since names alone linked fewer notes that belong together (docs/amem.md).
    """

    def terms(self, passage: Passage) -> tuple[str, ...]:
        speaker = speaker_of(passage.content) or ""
        text = passage.content[len(speaker) :].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        words = (word.removesuffix("'s").rstrip("'-") for word in _WORD.findall(text))
        return tuple(dict.fromkeys(word for word in words if len(word) > 3 and word not in STOP_WORDS))[:_MOST]
