"""Who speaks, where notes begin with a name: "Ann: I moved to Rome".

A name that stands in front of many notes fills the vector of a question that holds it, and says of a note only who
spoke.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

__all__ = ["HEAD_CHARS", "named_in", "speaker_of", "speakers", "without_speakers"]

HEAD_CHARS = 120
_NAME: Final = r"[^\W\d_][\w'\u2019.-]{0,30}"
_LABEL: Final = re.compile(rf"({_NAME}(?: {_NAME}){{0,2}}): ")
_LEAST_SHARE = 0.1
_LEAST = 2


def speaker_of(text: str) -> str | None:
    """Return the label before the first colon of a note that begins with one of up to three words."""
    found = _LABEL.match(text)
    return None if found is None else found[1]


def speakers(heads: Sequence[str]) -> frozenset[str]:
    """Return the labels with which at least a tenth of the notes begin."""
    counts = Counter(label for head in heads if (label := speaker_of(head)) is not None)
    least = max(_LEAST, _LEAST_SHARE * len(heads))
    return frozenset(label for label, count in counts.items() if count >= least)


def named_in(question: str, labels: Iterable[str]) -> frozenset[str]:
    """Return those labels that the question holds as words."""
    return frozenset(label for label in labels if re.search(_word(label), question, re.IGNORECASE))


def without_speakers(question: str, labels: Iterable[str]) -> str:
    """Return the question without the labels, or as it is when no word would be left."""
    left = question
    for label in sorted(labels, key=lambda label: (-len(label), label)):
        left = re.sub(rf"{_word(label)}\s*", "", left, flags=re.IGNORECASE)
    return left if re.search(r"\w", left) else question


def _word(label: str) -> str:
    return rf"(?<!\w){re.escape(label)}(?:['\u2019]s)?(?!\w)"
