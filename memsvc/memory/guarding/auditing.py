"""The audit log: read, and checked link by link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from memsvc.domain.guarding import AuditEntry
from memsvc.domain.guarding_results import AuditCheck, Break
from memsvc.domain.scope import Scope
from memsvc.guard.chain import first_break
from memsvc.memory.context import Context
from memsvc.ports.storage import Reader

__all__ = ["audit", "verify_audit"]

_PAGE: Final = 1000


def audit(context: Context, scope: Scope, *, after: int, limit: int) -> list[AuditEntry]:
    """Return entries with a greater sequence than `after`, ascending; the log outlives its namespace."""
    with context.storage.reader(scope) as reader:
        return reader.guard.audit(after=after, limit=limit)


def verify_audit(context: Context, scope: Scope, *, head: str | None = None) -> AuditCheck:
    """Check the whole chain, and that the hash `head`, noted earlier, is still in it.

    Without a noted hash it cannot be seen that entries are missing at the end.
    """
    last: AuditEntry | None = None
    known, count = head is None, 0
    broken: Break | None = None
    with context.storage.reader(scope) as reader:
        for page in _pages(reader):
            broken = broken or first_break(scope, page, after=last)
            known = known or any(entry.hash == head for entry in page)
            last, count = page[-1], count + len(page)
    if broken is None and not known:
        sequence = 1 if last is None else last.sequence + 1
        broken = Break(sequence, "the hash that was noted is not in the log: entries were taken out or made anew")
    return AuditCheck(count, None if last is None else last.hash, broken)


def _pages(reader: Reader) -> Iterator[list[AuditEntry]]:
    after = 0
    while page := reader.guard.audit(after=after, limit=_PAGE):
        yield page
        after = page[-1].sequence
