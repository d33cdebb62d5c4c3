"""Calls about the guard: reviews, rollbacks, scans."""

from __future__ import annotations

from memsvc.client._codec import build, get, path, post, query, reader
from memsvc.client._exchange import Call
from memsvc.wire import (
    AuditCheck,
    AuditPage,
    BlastRadius,
    Explanation,
    Job,
    Note,
    QuarantinePage,
    ReviewRequest,
    RollbackReport,
    RollbackRequest,
    ScanReport,
    ScanRequest,
)

__all__ = [
    "audit",
    "blast_radius",
    "explain",
    "quarantine",
    "queue_scan",
    "reject",
    "release",
    "rollback",
    "scan",
    "verify_audit",
]


def quarantine(namespace: str, *, limit: int, cursor: str | None) -> Call[QuarantinePage]:
    target = query(_guard(namespace, "quarantine"), {"limit": limit, "cursor": cursor})
    return Call(get(target), reader(QuarantinePage))


def explain(namespace: str, note: str) -> Call[Explanation]:
    return Call(get(_guard(namespace, "notes", note)), reader(Explanation))


def release(namespace: str, note: str, reason: str) -> Call[Note]:
    return _review(namespace, note, "release", reason)


def reject(namespace: str, note: str, reason: str) -> Call[Note]:
    return _review(namespace, note, "reject", reason)


def blast_radius(namespace: str, *, note: str | None, principal: str | None) -> Call[BlastRadius]:
    target = query(_guard(namespace, "blast-radius"), {"note": note, "principal": principal})
    return Call(get(target), reader(BlastRadius))


def rollback(
    namespace: str, *, note: str | None, principal: str | None, reason: str, dry_run: bool
) -> Call[RollbackReport]:
    root = {"note": note, "principal": principal}
    body = build(RollbackRequest, {**root, "reason": reason, "dry_run": dry_run})
    return Call(post(_guard(namespace, "rollback"), body, repeatable=dry_run), reader(RollbackReport))


def scan(namespace: str, *, apply: bool) -> Call[ScanReport]:
    body = build(ScanRequest, {"apply": apply})
    return Call(post(_guard(namespace, "scan"), body, repeatable=False), reader(ScanReport))


def queue_scan(namespace: str, *, apply: bool) -> Call[Job]:
    body = build(ScanRequest, {"apply": apply, "background": True})
    return Call(post(_guard(namespace, "scan"), body, repeatable=False), reader(Job))


def audit(namespace: str, *, limit: int, cursor: str | None) -> Call[AuditPage]:
    return Call(get(query(_guard(namespace, "audit"), {"limit": limit, "cursor": cursor})), reader(AuditPage))


def verify_audit(namespace: str, head: str | None) -> Call[AuditCheck]:
    return Call(get(query(_guard(namespace, "audit", "verify"), {"head": head})), reader(AuditCheck))


def _review(namespace: str, note: str, decision: str, reason: str) -> Call[Note]:
    body = build(ReviewRequest, {"reason": reason})
    return Call(post(_guard(namespace, "quarantine", note, decision), body, repeatable=False), reader(Note))


def _guard(namespace: str, *segments: str) -> str:
    return path("namespaces", namespace, "guard", *segments)
