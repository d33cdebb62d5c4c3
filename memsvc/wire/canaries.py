"""Sentinel questions, whose answers must not change without an explanation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from memsvc.wire.base import Request, Response
from memsvc.wire.fields import Question

__all__ = ["Canary", "CanaryCheck", "CanaryChecks", "CanaryList", "CanaryRequest"]


class CanaryRequest(Request):
    """A question; the `k` notes that it finds now are what it is expected to find."""

    question: Question
    k: Annotated[int, Field(ge=1, le=100)] = 5


class Canary(Response):
    id: str
    question: str
    expected: tuple[str, ...]
    k: int
    at: datetime
    actor: str


class CanaryList(Response):
    """Canaries by id."""

    items: tuple[Canary, ...]


class CanaryCheck(Response):
    """A canary's answer now; `explained` says whether the journal accounts for what `entered` and `left` it."""

    canary: Canary
    now: tuple[str, ...]
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    explained: bool = True
    why: str = ""


class CanaryChecks(Response):
    items: tuple[CanaryCheck, ...]
