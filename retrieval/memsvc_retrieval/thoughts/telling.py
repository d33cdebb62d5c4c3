"""Sentences that tell something: what speakers say of themselves, and what they say of others by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.asking import only_asks
from memsvc_retrieval.keys.own_words import own_lines
from memsvc_retrieval.keys.sentences import split_sentences
from memsvc_retrieval.keys.statements import statements

__all__ = ["of_others", "of_themselves"]

_LONGEST: Final = 400
_FEWEST_WORDS: Final = 3
_FIRST_PERSON: Final = re.compile(r"\b(?:I|i|[Mm](?:y|e|ine|yself)|[Ww]e|[Oo]urs?|us)\b")
_SHORT: Final = re.compile(r"I(?:'m|'ve| [a-z]+)? [\w' ]{3,40}[.!]?")
_COURTESY: Final = re.compile(
    r"(?:i'm |i am |so |really )*(?:glad|happy|sorry|excited|proud) (?:to hear|for you|of you|you)|i (?:totally |"
    r"completely )?(?:agree|understand|hear you|see)\b|i'm here for you|i appreciate (?:it|that|you|your)|"
    r"i hope (?:you|that|it|so)|i(?:'m| am) sure|i bet|wish(?:ing)? you|let me know|keep me|you(?:'|r|\b)",
    re.IGNORECASE,
)
_ELIDED: Final = re.compile(
    r"(?:(?:just|recently|finally|already) )?(?:been|bought|did|finished|found|got|had|joined|learned|lost|made|"
    r"met|moved|read|ran|saw|signed|spent|started|talked|tried|took|visited|went|won|watched|wrote)\b(?! you)",
    re.IGNORECASE,
)


def of_themselves(text: str, at: datetime) -> Iterator[str]:
    """Yield what a speaker says in the first person, but for mere wishes, questions and courtesies."""
    for said in statements(Passage(text, (), at)):
        if not only_asks(said) and not _COURTESY.match(said):
            yield f"I {said[0].lower()}{said[1:]}" if _ELIDED.match(said) else said
    if len(text) <= _LONGEST:
        # Three words are too few for a statement, but not for "I love hiking".
        for sentence in split_sentences(text):
            short = sentence.count(" ") == _FEWEST_WORDS - 1 and _SHORT.fullmatch(sentence)
            if short and not _COURTESY.match(sentence):
                yield sentence


def of_others(text: str) -> Iterator[str]:
    """Yield sentences without a first person that are no questions."""
    for line in own_lines(text):
        for sentence in split_sentences(line.replace("\u2019", "'")):
            told = sentence.rstrip("\"'\u201d) ")
            tells = len(told) <= _LONGEST and told.count(" ") >= _FEWEST_WORDS - 1 and not told.endswith("?")
            if tells and not _FIRST_PERSON.search(told):
                yield sentence
