"""A summary of whole sentences: what the user asked and told."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from memsvc.ports.extraction import Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.own_words import own_lines, turns_of, user_lines
from memsvc_retrieval.keys.sentences import split_sentences
from memsvc_retrieval.keys.stop_words import STOP_WORDS

__all__ = ["Summary"]

_MOST = 3
_LONGEST = 300
_MOST_READ = 2_000
_OPENING_BONUS = 1.25
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9'-]+")


class Summary:
    """At most three of the user's sentences, those made of the words that come most; else of the replies."""

    slot = Slot.SUMMARY
    version = "1"

    def extract(self, passage: Passage) -> str:
        lines = user_lines(passage) or [
            line for text in turns_of(passage, user=False) for line in own_lines(text[:_MOST_READ])
        ]
        sentences = list(dict.fromkeys(part[:_LONGEST] for line in lines for part in split_sentences(line)))
        if len(sentences) <= _MOST:
            return " ".join(sentences)
        words = [frozenset(_WORD.findall(sentence.lower())) - STOP_WORDS for sentence in sentences]
        counts = Counter(word for each in words for word in each)
        scores = [sum(counts[word] for word in sorted(each)) / (len(each) + 3) for each in words]
        scores[0] *= _OPENING_BONUS
        best = sorted(range(len(sentences)), key=lambda place: -scores[place])[:_MOST]
        return " ".join(sentences[place] for place in sorted(best))
