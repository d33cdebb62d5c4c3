"""What makes two like sentences say different things: numbers, dates, denials and names."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["LIGHT_WORDS", "is_denial", "qualifiers", "words_of"]

_WORD: Final = re.compile(r"[\w']+(?:[.,:/-]\d+)*")
_NUMBERS_AND_TIMES: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen half twice
once first second third january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight morning evening
afternoon night last next ago spring summer autumn fall winter christmas easter week month year weekend
"""
_DENIALS: Final = """
no not never none nobody nothing neither nor without longer stopped quit quits ceased anymore hate hates hated
dislike dislikes disliked used cannot
"""
_LIGHT: Final = """
a an the i i'm you you're user he she they we my your user's his her their our is are am was were be been has have
had do does did that this it its and or of to in on at for with me him them very really also just so too still
quite always often usually now currently absolutely totally definitely
"""
_MARKS: Final = frozenset(_NUMBERS_AND_TIMES.split())
_DENYING: Final = frozenset(_DENIALS.split())
LIGHT_WORDS: Final = frozenset(_LIGHT.split())


def words_of(text: str) -> list[str]:
    """Return the words in lower case."""
    return _WORD.findall(text.replace("\u2019", "'").casefold())


def is_denial(word: str) -> bool:
    return word in _DENYING or word.endswith("n't")


def qualifiers(text: str) -> frozenset[str]:
    """Return the words that two sentences must share to say the same; capital ones within a sentence are names."""
    words = _WORD.findall(text.replace("\u2019", "'"))
    marks = {word.casefold() for word in words}
    names = {word.casefold().removesuffix("'s") for word in words[1:] if word[0].isupper()} - LIGHT_WORDS
    return frozenset(mark for mark in marks if mark in _MARKS or mark[0].isdigit() or is_denial(mark)) | frozenset(
        names
    )
