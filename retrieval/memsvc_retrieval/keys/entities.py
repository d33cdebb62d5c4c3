"""Entities: names in the passage, one spelling for each."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from memsvc.ports.extraction import Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.capitals import capital_spans
from memsvc_retrieval.keys.own_words import own_lines, turns_of

__all__ = ["Entities"]

_MOST = 16
_MOST_REPLY = 3_000
_USER_WEIGHT = 3
# "**Prep Time:**" is a label, "**Roscioli**:" a name.
_MARKUP: Final = re.compile(r"^#.*|\*\*[^*\n]{1,80}:\*\*|\*\*|__|`", re.MULTILINE)


class Entities:
    """At most sixteen, the most named first; a mention by the user counts threefold.

    A name is one that is capital within a sentence, or has several words.
    "Morrison" after "Rachel Morrison" and "NYT" beside "New York Times" are the longer name.
    """

    slot = Slot.ENTITIES
    version = "1"

    def extract(self, passage: Passage) -> tuple[str, ...]:
        user = [line for text in turns_of(passage, user=True) for line in own_lines(text)]
        replies = [
            line
            for text in turns_of(passage, user=False)
            for line in _MARKUP.sub("", text[:_MOST_REPLY]).splitlines()
        ]
        counts: Counter[str] = Counter()
        for lines, weight in ((user, _USER_WEIGHT), (replies, 1)):
            for name, count in _named(lines).items():
                counts[name] += weight * count
        return tuple(_normalised(counts)[:_MOST])


def _named(lines: list[str]) -> Counter[str]:
    """Count names; "Wash Max" that opens a sentence is Max where he is also named within one."""
    within: Counter[str] = Counter()
    opening: Counter[str] = Counter()
    for line in lines:
        for span in capital_spans(line):
            (opening if span.opens else within)[span.text] += 1
    named = within.copy()
    for name, count in opening.items():
        rest = name.partition(" ")[2]
        if name in within:
            named[name] += count
        elif rest:
            named[rest if rest in within else name] += count
    return named


def _normalised(counts: Counter[str]) -> list[str]:
    """Return the names with shorter spellings counted to the longer one, the most frequent first."""
    aliases: dict[str, str] = {}
    for name in counts:
        for alias in _aliases(name):
            aliases.setdefault(alias, name)
    merged: Counter[str] = Counter()
    for name, count in counts.items():
        merged[aliases.get(name.casefold(), name)] += count
    return [name for name, _ in merged.most_common()]


def _aliases(name: str) -> tuple[str, ...]:
    """Return shorter spellings of a name of several words: its first, its last, its initials."""
    words = [word for word in name.split(" ") if word[0].isupper()]
    if len(words) < 2:
        return ()
    initials = "".join(word[0] for word in words) if len(words) > 2 else words[0]
    return words[0].casefold(), words[-1].casefold(), initials.casefold()
