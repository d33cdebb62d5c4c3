"""What a language model makes of each token of a text in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["TokenReader", "TokenStates"]


@dataclass(frozen=True, slots=True)
class TokenStates:
    """The hidden states of a text's tokens, shape (n, width), and the half-open character range of each."""

    states: NDArray[np.float32] = field(repr=False)
    ranges: tuple[tuple[int, int], ...] = field(repr=False)


class TokenReader(Protocol):
    """Reads texts token by token; safe to call from several threads."""

    def read(self, texts: Sequence[str]) -> list[TokenStates]:
        """Return the states of each text's tokens, of a long text window by window.

        Raises EmbedderUnavailable.
        """
