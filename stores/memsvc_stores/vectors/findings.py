"""Counting what is wrong, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Findings"]


@dataclass(slots=True)
class Findings:
    """How often each thing was found, and where first; never what was found there."""

    _found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, what: str, where: NDArray[np.integer]) -> None:
        """Count places; `what` is told between their count and the number of the first one."""
        if len(where):
            count, first = self._found.get(what, (0, int(where[0])))
            self._found[what] = count + len(where), first

    def told(self) -> list[str]:
        """Return a sentence for each kind."""
        return [f"{count} {what} {first}" for what, (count, first) in self._found.items()]
