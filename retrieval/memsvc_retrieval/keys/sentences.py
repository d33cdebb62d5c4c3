"""Sentences of English text by rule."""

from __future__ import annotations

import re

__all__ = ["split_sentences"]

# From the first of a run of marks, without going back: a text that is nothing but marks takes linear time, too.
_END = re.compile(r"""(?<![.!?])[.!?]++["'”’)\]]*+\s++(?=["'“‘(\[]*+(\S?))""")
_ABBREVIATION = re.compile(
    r"mr|mrs|ms|dr|prof|st|jr|sr|vs|no|etc|inc|ltd|co|corp|u\.s|e\.g|i\.e|a\.m|p\.m|approx|dept|est|vol|fig"
)
_LONGEST_WORD = 32
_OPENING = "\"'“‘(["


def split_sentences(text: str) -> list[str]:
    """Return the sentences in order, none for a blank text.

    A sentence ends at `.`, `!` or `?` before a space, unless a lower-case letter follows or the dot belongs to
    an abbreviation or an initial.
    """
    sentences, start = [], 0
    for match in _END.finditer(text):
        before = text[max(start, match.start() - _LONGEST_WORD) : match.start()]
        if _ends(before, match[0], match[1]):
            sentences.append(text[start : match.end()].strip())
            start = match.end()
    return [sentence for sentence in (*sentences, text[start:].strip()) if sentence]


def _ends(before: str, mark: str, after: str) -> bool:
    if after.islower():
        return False
    word = before.rpartition(" ")[2].lstrip(_OPENING).casefold()
    is_initial = len(word) == 1 and word.isalpha() and word != "i"
    return mark.strip() != "." or not (is_initial or _ABBREVIATION.fullmatch(word))
