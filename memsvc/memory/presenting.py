"""Notes and sessions as they are shown: what was stored as it was sent is normalised on the way out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from memsvc.domain.notes import Note, Session
from memsvc.guard.normalize import normalised
from memsvc.memory.metadata import shown_metadata

__all__ = ["presented", "presented_session"]


def presented(note: Note) -> Note:
    """Return the note with its content and metadata normalised, its turns and origins where they are then.

    What is stored stays as it is, and so does what an export writes. Costs a microsecond for ASCII text.
    """
    if note.metadata and (metadata := shown_metadata(note.metadata)) is not note.metadata:
        note = note._replace(metadata=metadata)
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


def presented_session(session: Session) -> Session:
    """Return the session with its metadata normalised."""
    shown = shown_metadata(session.metadata)
    return session if shown is session.metadata else replace(session, metadata=shown)
