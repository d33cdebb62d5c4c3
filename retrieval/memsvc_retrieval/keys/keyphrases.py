"""Keyphrases: names, quotations, quantities, and the n-grams that the passage comes back to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from memsvc.ports.extraction import Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.capitals import capital_spans
from memsvc_retrieval.keys.own_words import turns_of
from memsvc_retrieval.keys.stop_words import CALENDAR_WORDS, STOP_WORDS

__all__ = ["Keyphrases"]

_MOST = 24
_MOST_NGRAMS = 8
_MOST_READ = 1_500
_QUOTED: Final = re.compile(r"\"([^\"\n]{2,80})\"|“([^”\n]{2,80})”")
_UNIT: Final = r"(?:%|°[CF]?|[A-Za-z][A-Za-z-]*)"
_QUANTITY: Final = re.compile(
    r"[$€£]\s?\d[\d,.]*\d?(?:\s?(?:k|m|million|billion|thousand)\b)?"
    rf"|\b\d[\d,.:/]*(?!(?:st|nd|rd|th)\b)[ -]?{_UNIT}"
)
_WORD: Final = re.compile(r"[a-z0-9][\w'-]*|[^\w\s]|\n")
_SKIPPED: Final = STOP_WORDS | CALENDAR_WORDS
_LONGEST_NGRAM = 3
_USER_WEIGHT = 3


class Keyphrases:
    """At most 24: quotations, names and quantities of the user, then eight n-grams of both sides."""

    slot = Slot.KEYPHRASES
    version = "1"

    def extract(self, passage: Passage) -> tuple[str, ...]:
        user = [text[:_MOST_READ] for text in turns_of(passage, user=True)]
        replies = [text[:_MOST_READ] for text in turns_of(passage, user=False)]
        marked = [phrase for text in user for phrase in _marked(text)][: _MOST - _MOST_NGRAMS]
        phrases: dict[str, str] = {}
        for phrase in (*marked, *_ngrams(user, replies)):
            plain = " ".join(phrase.replace(";", " ").split())
            phrases.setdefault(plain.casefold(), plain)
        return tuple(phrases.values())[:_MOST]


def _marked(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield (match[1] or match[2]).strip(" ,.")
    for line in text.splitlines():
        yield from (span.text for span in capital_spans(line) if " " in span.text or not span.opens)
    for match in _QUANTITY.finditer(text):
        if match[0].rpartition(" ")[2].lower() not in STOP_WORDS:
            yield match[0].strip(" .,")


def _ngrams(user: list[str], replies: list[str]) -> list[str]:
    """Return the best n-grams; without a corpus a word weighs as often as it comes, the user's threefold."""
    weights: Counter[str] = Counter()
    runs: Counter[tuple[str, ...]] = Counter()
    for texts, weight in ((user, _USER_WEIGHT), (replies, 1)):
        for text in texts:
            for run in _runs(text):
                runs[run] += weight
                for word in run:
                    weights[word] += weight
    scores = {run: times * sum(weights[word] for word in run) / len(run) ** 0.5 for run, times in runs.items()}
    best = sorted(scores, key=lambda run: -scores[run])
    return [" ".join(run) for run in best[:_MOST_NGRAMS]]


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Yield runs of words between stop words and punctuation, at most three words long."""
    run: list[str] = []
    for word in _WORD.findall(text.lower().replace("’", "'").replace("'s ", " ")):
        if len(word) > 2 and word not in _SKIPPED and not word.isdigit():
            run.append(word)
            if len(run) < _LONGEST_NGRAM:
                continue
        if run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)
