"""Texts with places for the words of a trigger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from memsvc_evals.redteam.encoder.local import LocalEncoder

__all__ = ["Carrier", "after", "interleaved"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """The fixed pieces of a text: one before each word of the trigger and one after the last; '' for none."""

    pieces: tuple[str, ...] = field(repr=False)

    def text(self, words: Sequence[str]) -> str:
        """Return the text with the trigger's words in their places."""
        parts = [self.pieces[0]]
        for word, piece in zip(words, self.pieces[1:], strict=True):
            parts += [word, piece]
        return " ".join(part for part in parts if part)

    def row(self, encoder: LocalEncoder, word_ids: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return the text as word pieces, and where in it the trigger's words stand."""
        row = list(encoder.pieces(self.pieces[0]))
        slots: list[int] = []
        for word, piece in zip(word_ids, self.pieces[1:], strict=True):
            slots.append(len(row))
            row.append(word)
            if piece:
                row += encoder.pieces(piece)
        return row, slots


def after(text: str, count: int, *, then: str = "") -> Carrier:
    """Return a text with `count` words behind it, and perhaps more text behind those."""
    return Carrier((text, *[""] * (count - 1), then))


def interleaved(text: str, count: int, *, then: str = "") -> Carrier:
    """Return a text with `count` words spread evenly between its own."""
    own = text.split()
    cuts = [round(i * len(own) / count) for i in range(count + 1)]
    spread = [" ".join(own[start:end]) for start, end in pairwise(cuts)]
    return Carrier((*spread, then))
