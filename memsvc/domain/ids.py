"""Identifiers: what callers see is a UUIDv7, what stores join on is an integer row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NewType

__all__ = ["IdFactory", "JobId", "NamespaceName", "NoteId", "SessionId", "TenantId", "uuid7"]

TenantId = NewType("TenantId", str)
NamespaceName = NewType("NamespaceName", str)
NoteId = NewType("NoteId", str)
SessionId = NewType("SessionId", str)
JobId = NewType("JobId", str)


def uuid7(milliseconds: int, random_bits: int) -> str:
    """Return an RFC 9562 UUIDv7 of a Unix time in ms and 74 random bits, in canonical text form."""
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76
    value |= (random_bits >> 62 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class IdFactory:
    """Makes ids from an injected clock and source of random bits."""

    def __init__(self, now: Callable[[], datetime], random_bits: Callable[[int], int]) -> None:
        self._now = now
        self._random_bits = random_bits

    def note(self) -> NoteId:
        return NoteId(self._next())

    def session(self) -> SessionId:
        return SessionId(self._next())

    def job(self) -> JobId:
        return JobId(self._next())

    def _next(self) -> str:
        return uuid7(int(self._now().timestamp() * 1000), self._random_bits(74))
