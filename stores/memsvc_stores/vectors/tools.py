"""What searches of one dimension share: the codec, and a scanner and a scorer for each thread."""

from __future__ import annotations

import threading

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.scanner import Scanner
from memsvc_stores.vectors.codes.scorer import RowScorer

__all__ = ["Toolbox", "Tools"]


class Tools:
    """Thread-safe."""

    def __init__(self, dimension: int) -> None:
        self.codec = Codec.of(dimension)
        self._own = threading.local()

    def scanner(self) -> Scanner:
        """Return the calling thread's scanner."""
        found: Scanner | None = getattr(self._own, "scanner", None)
        if found is None:
            found = self._own.scanner = Scanner(self.codec)
        return found

    def scorer(self) -> RowScorer:
        """Return the calling thread's scorer."""
        found: RowScorer | None = getattr(self._own, "scorer", None)
        if found is None:
            found = self._own.scorer = RowScorer(self.codec.dimension)
        return found


class Toolbox:
    """Tools by dimension, made at first use. Thread-safe."""

    def __init__(self) -> None:
        self._made: dict[int, Tools] = {}

    def of(self, dimension: int) -> Tools:
        """Return the tools of a dimension."""
        found = self._made.get(dimension)
        # Two threads may both make them: then one set is dropped.
        return found if found is not None else self._made.setdefault(dimension, Tools(dimension))
