"""Which of a note's key texts must be looked at for all of them to be covered."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["texts_to_examine"]


def texts_to_examine(texts: Sequence[str]) -> list[int]:
    """Return the places of the texts that no other one contains, of equal ones the first.

    Every span of a text left out is a span of one that is kept, and spans are tried against the vectors of all
    keys of a note: what a span drags to a key is seen whichever text it was taken from.
    """
    longest_first = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
    kept: list[int] = []
    for place in longest_first:
        text = texts[place].strip()
        if text and not any(text in texts[other] for other in kept):
            kept.append(place)
    return sorted(kept)
