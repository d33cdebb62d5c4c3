"""From text to terms: the same words are found whatever their case, accents, form or script."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from threading import Lock

from snowballstemmer.english_stemmer import EnglishStemmer

from memsvc_stores.lexical.stopwords import STOP_WORDS

__all__ = ["MAX_TERM_FREQUENCY", "Analyzer", "LexicalDocument"]

MAX_TERM_FREQUENCY = 255
"""Occurrences of a term that count in one field of a document."""

_MAX_TERM_CHARS = 48
_HEAD_CHARS = 32
_DOCUMENT_BYTES = 800_000
_TERM_OVERHEAD_BYTES = 24
_CACHED_STEMS = 65_536

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_UNSPACED = _HAN + "\u3040-\u30ff\u31f0-\u31ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_RUNS = re.compile(f"([{_UNSPACED}]+)|([^{_UNSPACED} ]+)")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_ASCII_WORDS = re.compile(r"[a-z0-9$']+")
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """The terms of a note in the order of its text; the lengths of the tuples are the document's lengths."""

    user_terms: tuple[str, ...]
    other_terms: tuple[str, ...]


class _Characters(dict[int, int | str | None]):
    """A table for `str.translate`, filled as characters are met: what is no part of a word becomes a space."""

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        category = unicodedata.category(character)
        kept: int | str | None = " "
        if character in "\u2019\u02bc":
            kept = "'"
        elif category[0] in "LNM" or character in "$'":
            kept = code
        elif category == "Cf":
            kept = None
        self[code] = kept
        return kept


class Analyzer:
    """Turns text into terms; thread-safe, and remembers a bounded number of stems."""

    def __init__(self) -> None:
        self._characters = _Characters()
        self._stemmer = EnglishStemmer()
        self._lock = Lock()
        self._term = lru_cache(maxsize=_CACHED_STEMS)(self._term_of_word)

    def analyse(self, text: str) -> list[str]:
        """Return the terms of a text in its order, with repetitions, without stop words.

        Terms hold letters, digits and marks of any script, and `$`; at most 48 characters.
        """
        return list(self._terms(text))

    def prepare(self, user_text: str, other_text: str, drawn_text: str = "") -> LexicalDocument:
        """Return a document's terms, bounded so that every database can hold them.

        What was drawn from the text adds to the user's words those that stand nowhere in them, once each.
        Of each field what follows some 20,000 to 40,000 different words is not indexed.
        """
        user, other = self._terms(user_text), self._terms(other_text)
        if drawn_text:
            said = tuple(user)
            known = set(said)
            user = iter((*said, *(term for term in dict.fromkeys(self._terms(drawn_text)) if term not in known)))
        if max(len(user_text), len(other_text)) <= MAX_TERM_FREQUENCY * 2:
            return LexicalDocument(tuple(user), tuple(other))
        budget = _Budget()
        return LexicalDocument(tuple(budget.bounded(user)), tuple(budget.bounded(other)))

    def _terms(self, text: str) -> Iterator[str]:
        term = self._term
        for word in self._words(text):
            if found := term(word):
                yield found

    def _words(self, text: str) -> Iterator[str]:
        if text.isascii():
            yield from _ASCII_WORDS.findall(text.lower())
            return
        folded = unicodedata.normalize("NFKD", text).casefold()
        folded = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", folded)).translate(self._characters)
        for unspaced, word in _RUNS.findall(folded):
            if word:
                yield word
            else:
                yield from _grams(unspaced)

    def _term_of_word(self, word: str) -> str:
        """Return the term of a word, '' for one that is not indexed."""
        plain = word.rstrip("'").removesuffix("'s").replace("'", "")
        if plain in STOP_WORDS or not plain.strip("$"):
            return ""
        if len(plain) > _MAX_TERM_CHARS:
            tail = blake2b(plain.encode(errors="replace"), digest_size=8).hexdigest()
            return plain[:_HEAD_CHARS] + tail
        if not plain.isascii():
            return plain
        with self._lock:
            stem: str = self._stemmer.stemWord(plain)
        return stem


class _Budget:
    """What one document may hold: occurrences per term, and bytes of distinct terms over both fields."""

    def __init__(self) -> None:
        self._left = _DOCUMENT_BYTES

    def bounded(self, terms: Iterable[str]) -> Iterator[str]:
        """Yield terms until the bytes are used up, each as often as it counts."""
        seen: defaultdict[str, int] = defaultdict(int)
        for term in terms:
            often = seen[term] = seen[term] + 1
            if often == 1:
                self._left -= len(term.encode()) + _TERM_OVERHEAD_BYTES
                if self._left < 0:
                    return
            if often <= MAX_TERM_FREQUENCY:
                yield term


def _grams(run: str) -> Iterator[str]:
    """Yield the parts by which text without spaces is found: pairs of characters, and each Han character."""
    if len(run) == 1:
        yield run
        return
    yield from _HAN_CHARACTER.findall(run)
    for first, second in pairwise(run):
        yield first + second
