"""Rerankers: models that read a question and a text together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["RerankScores", "Reranker"]

RerankScores = NDArray[np.float32]


class Reranker(Protocol):
    """Says how well texts answer a question; safe to call from several threads."""

    @property
    def name(self) -> str: ...

    def score(self, question: str, texts: Sequence[str]) -> RerankScores:
        """Return one finite score per text, higher is better, comparable within the call alone.

        Of a text that is too long the beginning counts. Raises RerankerUnavailable.
        """
