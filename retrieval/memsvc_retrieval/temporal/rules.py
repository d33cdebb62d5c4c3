"""What a rule for one form of time expression is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from memsvc_retrieval.temporal.intervals import Anchor, Days

__all__ = ["Kind", "Rule", "rule"]

Kind: TypeAlias = Literal[
    "ago", "ahead", "date", "day", "holiday", "month", "period", "rolling", "season", "span", "weekday", "year"
]
Resolve: TypeAlias = Callable[["re.Match[str]", Anchor], Days | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what its match means; `resolve` returns None where a match means no time.

    It may raise ValueError or OverflowError for a day that no calendar has.
    """

    kind: Kind
    pattern: re.Pattern[str]
    resolve: Resolve


def rule(kind: Kind, pattern: str, resolve: Resolve) -> Rule:
    """Make a rule of a pattern for whole words, spaces standing for any white space, in any case."""
    spaced = pattern.replace(" ", r"\s+")
    return Rule(kind, re.compile(rf"\b{spaced}(?!\w)", re.IGNORECASE), resolve)
