"""Which questions of a file a run takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.question import Question

__all__ = ["TYPES", "WHOLE", "Part", "Split", "parse_types", "split_of"]

TYPES = (
    "knowledge-update",
    "multi-session",
    "single-session-assistant",
    "single-session-preference",
    "single-session-user",
    "temporal-reasoning",
)


class Split(StrEnum):
    """Two halves of a file: one to choose on, one to check on."""

    TUNE = "tune"
    CHECK = "check"


def split_of(question: str) -> Split:
    """Return the half of a question id, by the parity of its SHA-256."""
    odd = int(hashlib.sha256(question.encode()).hexdigest(), 16) % 2
    return Split.CHECK if odd else Split.TUNE


def parse_types(text: str | None) -> frozenset[str]:
    """Return the question types of "a,b", none for None; raises InvalidInput for an unknown one."""
    types = frozenset(name.strip() for name in (text or "").split(",") if name.strip())
    if text is not None and (not types or not types.issubset(TYPES)):
        unknown = ", ".join(sorted(types.difference(TYPES))) or "no type"
        raise InvalidInput(f"--types {text}: {unknown} is not among {', '.join(TYPES)}")
    return types


@dataclass(frozen=True, slots=True)
class Part:
    """Questions of some types (all if empty) and of one half (or both); of these, `limit` after `offset`."""

    offset: int = 0
    limit: int | None = None
    types: frozenset[str] = frozenset()
    split: Split | None = None

    @property
    def config(self) -> dict[str, Any]:
        return {
            "offset": self.offset,
            "limit": self.limit,
            "types": sorted(self.types) or None,
            "split": self.split,
        }

    def of(self, questions: Iterable[Question]) -> Iterator[Question]:
        """Yield the questions of the part; what stands behind the last of them is not read."""
        taken = (question for question in questions if self._takes(question.id, question.type))
        return islice(taken, self.offset, None if self.limit is None else self.offset + self.limit)

    def size(self, marks: Iterable[tuple[str, str]]) -> int:
        """Return how many questions the part takes of these (id, type)."""
        rest = max(0, sum(self._takes(*mark) for mark in marks) - self.offset)
        return rest if self.limit is None else min(self.limit, rest)

    def _takes(self, question: str, kind: str) -> bool:
        of_type = not self.types or kind in self.types
        return of_type and (self.split is None or split_of(question) is self.split)


WHOLE = Part()
