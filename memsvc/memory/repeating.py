"""Whether words only repeat what recall had said: then they are no news, whoever says them again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.memory.qualifiers import LIGHT_WORDS, is_denial, words_of
from memsvc.ports.storage import Reader

__all__ = ["Heard", "Recalled", "heard_with"]

_GRAM: Final = 3
# Share of a text's word triples, and of its telling words within one sentence, that must have been recalled.
_MOST_GRAMS: Final = 0.6
_MOST_WORDS: Final = 0.9
_FEWEST_WORDS: Final = 2
_MOST_NAMED: Final = 1000
_MOST_REPLY: Final = 2000
_MOST_ALIKE: Final = 10
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


@dataclass(frozen=True, slots=True)
class Heard:
    """What was known when a note was said: notes named as recalled, and older ones that its replies sound like.

    What the user says himself is news although an older note says it, unless it was recalled.
    """

    recalled: Recalled
    remembered: Recalled
    user: Recalled

    def holds(self, text: str) -> bool:
        """Say whether a text only repeats."""
        if self.recalled.holds(text):
            return True
        return self.remembered.holds(text) and not self.user.holds(text)


def heard_with(
    reader: Reader, notes: Sequence[Note], recalled: Iterable[NoteId], *, replies: bool
) -> tuple[Heard, ...]:
    """Return for each note what was known; `recalled` and its metadata name what recall gave.

    Whether replies repeat older notes is looked up only where `replies` make thoughts.
    """
    shared = recalled_texts(reader, recalled)
    for_all = Recalled(shared)
    return tuple(
        Heard(
            Recalled([*shared, *recalled_texts(reader, named)]) if (named := _named_in(note)) else for_all,
            Recalled(_sounding_alike(reader, note) if replies else ()),
            Recalled(turn.content for turn in note.spoken() if turn.role == "user"),
        )
        for note in notes
    )


def _named_in(note: Note) -> list[NoteId]:
    """Return the notes that the caller has said, in the metadata, to have recalled for this one."""
    named = note.metadata.get("recalled")
    if not isinstance(named, Sequence) or isinstance(named, str):
        return []
    return [NoteId(each) for each in named[:_MOST_NAMED] if isinstance(each, str)]


def _sounding_alike(reader: Reader, note: Note) -> list[str]:
    """Return the contents of older notes that share most words with the assistant's turns."""
    replies = " ".join(turn.content for turn in note.spoken() if turn.role == "assistant")[:_MOST_REPLY]
    if not replies.strip():
        return []
    found = reader.lexical(replies, limit=_MOST_ALIKE, allowed=None)["lexical_all"].rows
    return [each.content for each in reader.notes_by_row([row for row in found.tolist() if row < note.row])]


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
