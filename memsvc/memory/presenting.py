"""Notes as they are shown: those that were stored before texts were normalised are so on the way out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from memsvc.domain.notes import Note
from memsvc.guard.normalize import normalised

__all__ = ["presented"]


def presented(note: Note) -> Note:
    """Return the note with its content normalised, its turns and origins where they are then.

    What is stored stays as it is, and so does what an export writes. Costs a microsecond for ASCII text.
    """
    if normalised(note.content) == note.content:
        return note
    borders = {border for turn in note.turns for border in (turn.start, turn.end)}
    borders |= {border for part in note.origins for border in (part.start, part.end)}
    places = sorted(borders | {0, len(note.content)})
    texts = [normalised(note.content[start:end]) for start, end in pairwise(places)]
    moved, at = {0: 0}, 0
    for place, text in zip(places[1:], texts, strict=True):
        at += len(text)
        moved[place] = at
    return note._replace(
        content="".join(texts),
        turns=tuple(replace(span, start=moved[span.start], end=moved[span.end]) for span in note.turns),
        origins=tuple(replace(span, start=moved[span.start], end=moved[span.end]) for span in note.origins),
    )
