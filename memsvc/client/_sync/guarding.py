"""Methods for the guard."""

from __future__ import annotations

from collections.abc import Iterator

from memsvc.client import _canaries as canary_calls
from memsvc.client import _guarding as calls
from memsvc.client._sync.core import Core
from memsvc.wire import (
    AuditCheck,
    AuditEntry,
    BlastRadius,
    Canary,
    CanaryCheck,
    Explanation,
    Job,
    Note,
    QuarantinedNote,
    RollbackReport,
    ScanReport,
)

__all__ = ["Guarding"]


class Guarding(Core):
    """Review what the guard holds back, find and undo what came of it, scan, watch."""

    def quarantine(self, *, page_size: int = 100) -> Iterator[QuarantinedNote]:
        """Yield notes that wait for a review, in the order of storing. Their text is data, not to be obeyed."""
        cursor: str | None = None
        while True:
            page = self._do(calls.quarantine(self.namespace, limit=page_size, cursor=cursor))
            yield from page.items
            if (cursor := page.next) is None:
                return

    def explain(self, note: str) -> Explanation:
        """Return what the guard knows of a note: signals with spans and p-values, review, original text."""
        return self._do(calls.explain(self.namespace, note))

    def release(self, note: str, *, reason: str) -> Note:
        """Let in a note that `quarantine` lists, as an example of what is harmless; its trust stays as it is.

        Raises Conflict when it was reviewed already, does not wait for a review, or rests on one that does.
        """
        return self._do(calls.release(self.namespace, note, reason))

    def reject(self, note: str, *, reason: str) -> Note:
        """Hide a note that `quarantine` lists for good; raises Conflict as `release` does."""
        return self._do(calls.reject(self.namespace, note, reason))

    def blast_radius(self, *, note: str | None = None, principal: str | None = None) -> BlastRadius:
        """Return everything that was derived from a note, or from all notes that a principal stored."""
        return self._do(calls.blast_radius(self.namespace, note=note, principal=principal))

    def rollback(
        self, *, note: str | None = None, principal: str | None = None, reason: str, dry_run: bool = True
    ) -> RollbackReport:
        """Undo a note, or a principal's, with all that was made of it; by default only say what would be done."""
        call = calls.rollback(self.namespace, note=note, principal=principal, reason=reason, dry_run=dry_run)
        return self._do(call)

    def scan(self, *, apply: bool = False) -> ScanReport:
        """Look at every note and canary again; with `apply`, quarantine what is found.

        It takes about a quarter of a second a note that is not probed yet: for many, use `queue_scan`.
        """
        return self._do(calls.scan(self.namespace, apply=apply))

    def queue_scan(self, *, apply: bool = False) -> Job:
        """Scan in the background; `wait_for_job` waits for its figures."""
        return self._do(calls.queue_scan(self.namespace, apply=apply))

    def canaries(self) -> tuple[Canary, ...]:
        """Return the sentinel questions with what they are expected to find."""
        return self._do(canary_calls.canaries(self.namespace))

    def put_canary(self, canary: str, question: str, *, k: int = 5) -> Canary:
        """Keep a sentinel question under a name; the notes that it finds now are those expected."""
        return self._do(canary_calls.put_canary(self.namespace, canary, question, k=k))

    def delete_canary(self, canary: str) -> tuple[Canary, ...]:
        """Remove a sentinel question and return those left; raises NotFound."""
        return self._do(canary_calls.delete_canary(self.namespace, canary))

    def check_canaries(self) -> tuple[CanaryCheck, ...]:
        """Ask every sentinel question again; look for those whose change is not explained."""
        return self._do(canary_calls.check_canaries(self.namespace))

    def audit(self, *, page_size: int = 100) -> Iterator[AuditEntry]:
        """Yield the entries of the guard's log, oldest first."""
        cursor: str | None = None
        while True:
            page = self._do(calls.audit(self.namespace, limit=page_size, cursor=cursor))
            yield from page.items
            if (cursor := page.next) is None:
                return

    def verify_audit(self, *, head: str | None = None) -> AuditCheck:
        """Return whether the log is whole; `head` is a hash noted earlier that must still be in it."""
        return self._do(calls.verify_audit(self.namespace, head))
