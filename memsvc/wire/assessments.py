"""What the guard thinks of a note, and what a reviewer decided."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from memsvc.wire.base import Response

__all__ = ["Assessment", "Ledgers", "Review", "Signal"]


class Signal(Response):
    """One detector's finding: its raw `score`, and `p`, how often a harmless note scores as high.

    Of `accomplice`, `invisible`, `burst`, `newcomer` and `sybil` `p` is 1, as it says nothing: the score says how
    sure they are.
    `span` is a half-open range of characters of the note's content, or, with `key`, of the text of the key with
    that ordinal.
    """

    detector: str
    score: float
    p: float
    why: str = ""
    span: tuple[int, int] | None = None
    key: int | None = None


class Ledgers(Response):
    """Does the note pull unrelated questions, would it change what an agent does, is its origin not to be trusted?

    Each from 0 to 1; `risk` is their product.
    """

    hijack: float
    influence: float
    distrust: float
    risk: float


class Assessment(Response):
    """What one stage found; `degraded` names detectors that could not be asked."""

    stage: Literal["write", "probe", "scan"]
    verdict: Literal["allow", "limit", "quarantine", "block"]
    ledgers: Ledgers
    signals: tuple[Signal, ...]
    at: datetime
    model: str
    degraded: tuple[str, ...] = ()


class Review(Response):
    decision: Literal["released", "rejected"]
    at: datetime
    actor: str
    reason: str
