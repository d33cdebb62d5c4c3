"""Whether the words of a text belong where they stand, by what a language model makes of each in its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.arrays_file import Array
from memsvc.guard.spans import Range
from memsvc.ports.token_states import TokenReader, TokenStates

__all__ = ["CONTEXT", "FURTHER", "HIDDEN", "MIXED", "ORDINARY", "SHAPES", "Coherence", "Head"]

HIDDEN: Final = 128
MIXED: Final = 96
CONTEXT: Final = 5
"""Tokens that a layer sees at once."""
FURTHER: Final = 2
STATES: Final = 1536
SHAPES: Final[Mapping[str, tuple[int, ...]]] = {
    "coherence/first": (STATES, HIDDEN),
    "coherence/first_bias": (HIDDEN,),
    "coherence/mix": (CONTEXT, HIDDEN, MIXED),
    "coherence/mix_bias": (MIXED,),
    "coherence/further": (FURTHER, CONTEXT, MIXED, MIXED),
    "coherence/further_bias": (FURTHER, MIXED),
    "coherence/last": (MIXED + 1,),
}
ORDINARY: Final = -4.0
"""The incoherence of a text that is too short to tell."""

_FEWEST, _SHORTEST, _LONGEST = 3, 4, 12
_USUAL: Final = -3.0


@dataclass(frozen=True, slots=True)
class Head:
    """A network on the states of a token and its neighbours that gives the logit of its having been planted.

    Replaced-token detection (Clark et al. 2020, ELECTRA, section 2) with the language model left as it is: a layer
    on each token alone, one on five tokens, and further ones, each added to what came before it.
    """

    first: NDArray[np.float32] = field(repr=False)
    first_bias: NDArray[np.float32] = field(repr=False)
    mix: NDArray[np.float32] = field(repr=False)
    mix_bias: NDArray[np.float32] = field(repr=False)
    further: NDArray[np.float32] = field(repr=False)
    further_bias: NDArray[np.float32] = field(repr=False)
    last: NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Head:
        """Return the head of a guard model's arrays."""
        return cls(*(arrays[name] for name in SHAPES))

    def logits(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logit of each of n tokens by their states, shape (n, 1536)."""
        mixed = _mixed(_gelu(states @ self.first + self.first_bias), self.mix, self.mix_bias)
        for weights, bias in zip(self.further, self.further_bias, strict=True):
            mixed = mixed + _mixed(mixed, weights, bias)
        found: NDArray[np.float32] = mixed @ self.last[:-1] + self.last[-1]
        return found


@dataclass(frozen=True, slots=True)
class Coherence:
    """Reads texts and finds stretches of words that belong to no sentence."""

    head: Head
    reader: TokenReader

    def incoherence(self, text: str, around: Range | None = None) -> float:
        """Return how much the worst 4 to 12 words in a row look as if they had been planted.

        Of k words it is (sum of their logits + 3 k) / sqrt(k), the logit of an ordinary word being about -3 or
        less; of stretches that touch `around`, a range of characters, if there is one. Half of all texts stay
        under -3, one in fifty is over 10. Raises EmbedderUnavailable.
        """
        (read,) = self.reader.read([text])
        words = list(_words(text, read))
        if len(words) < _FEWEST:
            return ORDINARY
        logits = self.head.logits(read.states)
        over = np.array([float(logits[first:last].mean()) - _USUAL for first, last in words])
        touched = np.array(
            [
                around is None or (read.ranges[first][0] < around[1] and read.ranges[last - 1][1] > around[0])
                for first, last in words
            ]
        )
        return _worst(over, touched)


def _worst(over: NDArray[np.float64], touched: NDArray[np.bool_]) -> float:
    sums, touches = (np.concatenate(([0], np.cumsum(each))) for each in (over, touched))
    worst = -math.inf
    for count in range(min(_SHORTEST, len(over)), min(_LONGEST, len(over)) + 1):
        found = (sums[count:] - sums[:-count])[touches[count:] > touches[:-count]]
        worst = max(worst, float(found.max()) / math.sqrt(count)) if len(found) else worst
    return worst if math.isfinite(worst) else ORDINARY


def _words(text: str, read: TokenStates) -> Iterator[tuple[int, int]]:
    """Yield the half-open ranges of tokens that make a word, without signs."""
    start = None
    for place, (first, last) in enumerate(read.ranges):
        if not text[first:last][:1].isalnum():
            first = -1
        if start is not None and first != read.ranges[place - 1][1]:
            yield start, place
            start = None
        if start is None and first >= 0:
            start = place
    if start is not None:
        yield start, len(read.ranges)


def _mixed(
    rows: NDArray[np.float32], weights: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what a layer makes of each row and its neighbours, zeros beyond the ends."""
    around = np.pad(rows, ((CONTEXT // 2, CONTEXT // 2), (0, 0)))
    return _gelu(sum(around[place : place + len(rows)] @ weights[place] for place in range(CONTEXT)) + bias)


def _gelu(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return x * Phi(x)."""
    from scipy.special import erf

    found: NDArray[np.float32] = values * (1 + erf(values / np.float32(math.sqrt(2)))) / 2
    return found
