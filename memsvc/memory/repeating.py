"""Whether words only repeat what recall had said: then they are no news, whoever says them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.ports.storage import Reader

__all__ = ["Recalled", "recalled_texts"]

_GRAM: Final = 3
# Share of a text's word triples, and of its words within one sentence, that must have been recalled.
_MOST_GRAMS: Final = 0.6
_MOST_WORDS: Final = 0.9
_WORD: Final = re.compile(r"[\w']+")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
# Persons and articles differ between what was told and what is repeated. Denials and numbers never do.
_LIGHT: Final = frozenset(
    {"a", "an", "the", "i", "i'm", "you", "you're", "user", "he", "she", "they", "my", "your", "user's", "his"}
    | {"her", "their", "is", "are", "am", "was", "were", "that", "this", "it", "and", "of", "to", "in", "me"}
)
_FEWEST_WORDS: Final = 2


class Recalled:
    """Texts that recall gave; nothing repeats an empty one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._grams: set[tuple[str, ...]] = set()
        self._sentences: list[frozenset[str]] = []
        for text in texts:
            self._grams |= _grams(_words(text))
            self._sentences += [_telling(_words(sentence)) for sentence in _SENTENCE.split(text)]

    def holds(self, text: str) -> bool:
        """Say whether most word triples of a text, or all its telling words together, were recalled."""
        words = _words(text)
        grams, telling = _grams(words), _telling(words)
        if grams and len(grams & self._grams) >= _MOST_GRAMS * len(grams) and not self._denies(telling):
            return True
        if len(telling) < _FEWEST_WORDS:
            return False
        return any(len(telling & sentence) >= _MOST_WORDS * len(telling) for sentence in self._sentences)

    def _denies(self, telling: frozenset[str]) -> bool:
        """Say whether the text has a denial, a number or words of ceasing that no recalled sentence has."""
        marks = {word for word in telling if word in _MARKS or word[0].isdigit() or word.endswith("n't")}
        return bool(marks) and not any(marks <= sentence for sentence in self._sentences)


def recalled_texts(reader: Reader, notes: Iterable[NoteId]) -> list[str]:
    """Return the contents of the notes that exist, and of what they were derived from."""
    named = list(dict.fromkeys(notes))
    if not named:
        return []
    found = reader.notes(named)
    sources = [derivation.source for derivation in reader.derivations.sources([note.id for note in found])]
    return [note.content for note in (*found, *reader.notes(list(dict.fromkeys(sources))))]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("\u2019", "'").casefold())


def _grams(words: list[str]) -> set[tuple[str, ...]]:
    if not words:
        return set()
    length = min(_GRAM, len(words))
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _telling(words: list[str]) -> frozenset[str]:
    return frozenset(word if len(word) < 4 else word.removesuffix("s") for word in words if word not in _LIGHT)


_MARKS: Final = frozenset(
    {"no", "not", "never", "longer", "stopped", "quit", "anymore", "hate", "dislike", "used"}
)
