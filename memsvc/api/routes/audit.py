"""The guard's log."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Query
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import guarding
from memsvc.api.endpoints import Endpoint
from memsvc.api.paging import page_of
from memsvc.api.parameters import Cursor, Limit, Namespace
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope

__all__ = ["AUDIT"]

_Head: TypeAlias = Annotated[
    str | None,
    Query(pattern=r"^[0-9a-f]{64}$", description="A hash noted earlier, which must still be in the log."),
]


def list_audit(call: Call, namespace: Namespace, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List the entries of the guard's log, oldest first; they outlive the notes, and hold no text of them."""
    scope = call.scope(namespace)
    items, following = page_of(
        call,
        lambda after, count: call.service.audit(scope, after=after, limit=count),
        position=lambda entry: entry.sequence,
        limit=limit,
        cursor=cursor,
        binding=("audit", namespace),
    )
    return reply(wire.AuditPage(items=tuple(guarding.audit_entry(item) for item in items), next=following))


def verify_audit(call: Call, namespace: Namespace, head: _Head = None) -> Response:
    """Check the hash chain of the log from its first entry; a broken one is an answer, not an error."""
    return reply(guarding.audit_check(call.service.verify_audit(call.scope(namespace), head=head)))


_AUDIT = "/v1/namespaces/{namespace}/guard/audit"
AUDIT = (
    Endpoint(
        "GET",
        _AUDIT,
        list_audit,
        scope=AccessScope.ADMIN,
        answers={200: wire.AuditPage},
        errors=frozenset({400}),
    ),
    Endpoint("GET", f"{_AUDIT}/verify", verify_audit, scope=AccessScope.ADMIN, answers={200: wire.AuditCheck}),
)
