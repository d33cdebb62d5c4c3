"""How much of a model's answer is kept of each attribute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from memsvc_agents.amem.texts import distinct

__all__ = ["CONTEXT", "KEYWORDS", "TAGS", "ListLimit"]


@dataclass(frozen=True, slots=True)
class ListLimit:
    """At most `most` texts of at most `longest` characters."""

    most: int
    longest: int

    def of(self, texts: Iterable[str]) -> tuple[str, ...]:
        return distinct(texts, most=self.most, longest=self.longest)


KEYWORDS: Final = ListLimit(most=8, longest=60)
TAGS: Final = ListLimit(most=6, longest=40)
# In characters.
CONTEXT: Final = 300
