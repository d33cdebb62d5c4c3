"""Whether words only repeat what recall had said: then they are no news, whoever says them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.memory.qualifiers import LIGHT_WORDS, is_denial, words_of
from memsvc.ports.storage import Reader

__all__ = ["Recalled", "recalled_texts"]

_GRAM: Final = 3
# Share of a text's word triples, and of its telling words within one sentence, that must have been recalled.
_MOST_GRAMS: Final = 0.6
_MOST_WORDS: Final = 0.9
_FEWEST_WORDS: Final = 2
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")


class Recalled:
    """Texts that recall gave."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._grams: set[tuple[str, ...]] = set()
        self._sentences: list[frozenset[str]] = []
        for text in texts:
            self._grams |= _grams(words_of(text))
            self._sentences += [_telling(words_of(sentence)) for sentence in _SENTENCE.split(text)]

    def holds(self, text: str) -> bool:
        """Say whether most word triples of a text, or its telling words in one sentence, were recalled.

        What denies, or has a number, that no recalled sentence has is news.
        """
        words = words_of(text)
        telling = _telling(words)
        marks = {word for word in telling if is_denial(word) or word[0].isdigit()}
        if not any(marks <= sentence for sentence in self._sentences):
            return False
        grams = _grams(words)
        if grams and len(grams & self._grams) >= _MOST_GRAMS * len(grams):
            return True
        if len(telling) < _FEWEST_WORDS:
            return False
        return any(len(telling & sentence) >= _MOST_WORDS * len(telling) for sentence in self._sentences)


def recalled_texts(reader: Reader, notes: Iterable[NoteId]) -> list[str]:
    """Return the contents of the notes that exist, and of what they were derived from."""
    found = reader.notes(list(dict.fromkeys(notes)))
    if not found:
        return []
    sources = [derivation.source for derivation in reader.derivations.sources([note.id for note in found])]
    return [note.content for note in (*found, *reader.notes(list(dict.fromkeys(sources))))]


def _grams(words: list[str]) -> set[tuple[str, ...]]:
    length = min(_GRAM, len(words))
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)} if words else set()


def _telling(words: list[str]) -> frozenset[str]:
    """Return the words that count, in the singular: persons differ between what was told and what is repeated."""
    return frozenset(
        word if len(word) < 4 else word.removesuffix("s") for word in words if word not in LIGHT_WORDS
    )
