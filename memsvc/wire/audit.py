"""The guard's log, a chain of hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from memsvc.wire.base import Response

__all__ = ["AuditBreak", "AuditCheck", "AuditEntry", "AuditPage"]


class AuditEntry(Response):
    """One link of the chain: `hash` is over all the rest and `previous`, the hash of the entry before.

    Entries hold ids, figures, codes and reviewers' reasons, and no memory text. An `unreadable` one was changed by
    somebody past reading.
    """

    sequence: int
    at: datetime
    actor: str
    event: Literal[
        "assessed",
        "blocked",
        "released",
        "rejected",
        "rolled_back",
        "policy",
        "scanned",
        "canary",
        "failed",
        "unreadable",
    ]
    note: str | None = None
    detail: dict[str, JsonValue] = Field(default_factory=dict)
    previous: str
    hash: str


class AuditPage(Response):
    """Entries, oldest first; `next` is the cursor of the next page, null on the last."""

    items: tuple[AuditEntry, ...]
    next: str | None = None


class AuditBreak(Response):
    """The first entry that does not hold, and what is wrong with it."""

    sequence: int
    why: str


class AuditCheck(Response):
    """Whether the log is whole; keep `head`, the newest hash, elsewhere: else a cut-off end does not show."""

    entries: int
    head: str | None = None
    broken: AuditBreak | None = None
