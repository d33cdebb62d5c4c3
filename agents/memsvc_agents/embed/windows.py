"""Split a long text at word boundaries into parts that a model can see whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

__all__ = ["Range", "Tokens", "split"]

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens without special ones: character offsets, and the word that each belongs to."""

    offsets: Sequence[Range]
    words: Sequence[int | None]


def split(text: str, *, limit: int, tokenise: Callable[[str], Tokens]) -> list[Range]:
    """Return adjoining ranges that cover the text, each of at most `limit` tokens and of about equal length."""
    return _split(text, 0, limit=limit, tokenise=tokenise) if text else []


def _split(text: str, start: int, *, limit: int, tokenise: Callable[[str], Tokens]) -> list[Range]:
    tokens = tokenise(text)
    if len(tokens.offsets) <= limit:
        return [(start, start + len(text))]
    cuts = [0, *(tokens.offsets[n][0] for n in _cuts(tokens, limit)), len(text)]
    ranges = [(a, b) for a, b in pairwise(cuts) if a < b]
    if len(ranges) == 1:
        # One character made more tokens than the limit; it cannot be split.
        return [(start, start + len(text))]
    # A part can tokenise into more than it did inside its text, so each is looked at again.
    return [window for a, b in ranges for window in _split(text[a:b], start + a, limit=limit, tokenise=tokenise)]


def _cuts(tokens: Tokens, limit: int) -> list[int]:
    """Return the token numbers at which new windows begin."""
    total, start = len(tokens.offsets), 0
    cuts: list[int] = []
    while total - start > limit:
        rest = total - start
        wanted = start + -(-rest // -(-rest // limit))
        start = _boundary(tokens, low=start, wanted=wanted, high=start + limit)
        cuts.append(start)
    return cuts


def _boundary(tokens: Tokens, *, low: int, wanted: int, high: int) -> int:
    """Return the word start nearest after `wanted`, else before it, else `wanted` itself."""
    for place in chain(range(wanted, high + 1), range(wanted - 1, low, -1)):
        word = tokens.words[place]
        if word is None or word != tokens.words[place - 1]:
            return place
    return wanted
