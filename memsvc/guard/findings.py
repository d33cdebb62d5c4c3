"""What a detector makes of a text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOTHING_FOUND", "Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A raw score, the higher the more suspicious, with where and why.

    `span` is a half-open range of characters of the text that was examined, None for all of it. `why` is for an
    operator; it never repeats the text, which the span points to.
    """

    score: float
    span: tuple[int, int] | None = None
    why: str = ""


NOTHING_FOUND = Finding(0.0)
