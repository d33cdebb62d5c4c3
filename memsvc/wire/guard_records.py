"""What the guard knows of a note, as an export writes it and an import takes it back."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from memsvc.wire.base import Request
from memsvc.wire.fields import Instant, Reason
from memsvc.wire.words import Origin

__all__ = ["AssessmentRecord", "LedgersRecord", "OriginRecord", "ReviewRecord", "SignalRecord"]

_Place: TypeAlias = Annotated[int, Field(ge=0, lt=2**31)]
_Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
_Short: TypeAlias = Annotated[str, Field(max_length=256, pattern=r"^[^\x00]*$")]
_Why: TypeAlias = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
_Score: TypeAlias = Annotated[float, Field(ge=-1e9, le=1e9)]


class OriginRecord(Request):
    """Who a half-open range of characters of the content comes from."""

    start: _Place
    end: _Place
    origin: Origin


class SignalRecord(Request):
    """One detector's finding; its `why` never repeats what the note says."""

    detector: _Short
    score: _Score
    p: _Share
    why: _Why = ""
    span: tuple[_Place, _Place] | None = None
    key: _Place | None = None


class LedgersRecord(Request):
    hijack: _Share
    influence: _Share
    distrust: _Share


class AssessmentRecord(Request):
    """What one stage found."""

    stage: Literal["write", "probe", "scan"]
    verdict: Literal["allow", "limit", "quarantine", "block"]
    ledgers: LedgersRecord
    signals: Annotated[tuple[SignalRecord, ...], Field(max_length=1000)] = ()
    at: Instant
    model: _Short
    degraded: Annotated[tuple[_Short, ...], Field(max_length=100)] = ()


class ReviewRecord(Request):
    decision: Literal["released", "rejected"]
    at: Instant
    actor: _Short
    reason: Reason
