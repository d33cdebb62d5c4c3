"""A memory without poison: what it remembers, and questions with the notes that answer them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Corpus", "CorpusKind", "CorpusNote", "CorpusQuestion", "Turn"]


class CorpusKind(StrEnum):
    """A dialogue's notes are what was said; in a keyed memory the questions themselves are the keys."""

    DIALOGUE = "dialogue"
    KEYED = "keyed"


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorpusNote:
    """One note, as the turns of one round; `session` groups the notes that belong together, in their order."""

    id: str
    session: str
    turns: tuple[Turn, ...]

    @property
    def text(self) -> str:
        return "\n".join(turn.content for turn in self.turns)

    @property
    def key(self) -> str:
        """The text by which the note is found: what the user said."""
        return self.turns[0].content


@dataclass(frozen=True, slots=True)
class CorpusQuestion:
    """A question with the notes that answer it; `answer` is '' where the file gives none, `term` its subject."""

    id: str
    text: str = field(repr=False)
    gold: tuple[str, ...]
    answer: str = field(default="", repr=False)
    term: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Corpus:
    """`name` is the file's name without endings; a keyed memory's questions are also its notes."""

    name: str
    kind: CorpusKind
    notes: tuple[CorpusNote, ...]
    questions: tuple[CorpusQuestion, ...]

    @property
    def digest(self) -> str:
        """Return a SHA-256 of all texts, the same whatever the file was packed in."""
        found = hashlib.sha256(self.kind.encode())
        for text in (*(note.text for note in self.notes), *(question.text for question in self.questions)):
            found.update(b"\0" + text.encode())
        return found.hexdigest()
