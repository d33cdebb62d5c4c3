"""A note as it is given to a reader: without what a reader does not see."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from memsvc.domain.notes import Note, OriginSpan, TurnSpan
from memsvc.guard.normalize import normalised

__all__ = ["shown"]


def shown(note: Note) -> Note:
    """Return the note with its text normalised, its turns and origins where they are in that.

    Notes are normalised before they are stored; those of an older or another store may not be.
    """
    if normalised(note.content) == note.content:
        return note
    borders = {0, len(note.content)}
    borders.update(place for turn in note.turns for place in (turn.start, turn.end))
    borders.update(place for part in note.origins for place in (part.start, part.end))
    moved, text = _normalised(note.content, sorted(borders))
    turns = tuple(TurnSpan(span.role, moved[span.start], moved[span.end]) for span in note.turns)
    origins = tuple(OriginSpan(moved[span.start], moved[span.end], span.origin) for span in note.origins)
    return note._replace(content=text, turns=turns, origins=origins)


def _normalised(content: str, borders: Sequence[int]) -> tuple[dict[int, int], str]:
    """Return where each border is in the text that is normalised between them, and that text."""
    moved = {borders[0]: 0}
    text = ""
    for start, end in pairwise(borders):
        text += normalised(content[start:end])
        moved[end] = len(text)
    return moved, text
