"""What came of a note or a principal, and undoing it."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Query
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import rollbacks
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import Namespace
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import NoteId

__all__ = ["ROLLBACK"]

_Root: TypeAlias = Annotated[
    str | None, Query(pattern=wire.NAME_PATTERN, description="The note that it starts from.")
]
_Principal: TypeAlias = Annotated[
    wire.Principal | None,
    Query(description="Or all that this principal stored, such as key:0123456789abcdef."),
]


def blast_radius(call: Call, namespace: Namespace, note: _Root = None, principal: _Principal = None) -> Response:
    """List everything that was derived from a note, or from all that a principal stored: name one of them."""
    root = None if note is None else NoteId(note)
    found = call.service.blast_radius(call.scope(namespace), note=root, principal=principal)
    return reply(rollbacks.blast_radius(found))


def rollback(call: Call, namespace: Namespace) -> Response:
    """Undo a note, or all notes of a principal, with what was made of them; by default only say what would be."""
    sent = call.parse(wire.RollbackRequest)
    done = call.service.rollback(
        call.scope(namespace),
        note=None if sent.note is None else NoteId(sent.note),
        principal=sent.principal,
        dry_run=sent.dry_run,
        actor=call.actor,
        reason=sent.reason,
    )
    return reply(rollbacks.rolled_back(done))


ROLLBACK = (
    Endpoint(
        "GET",
        "/v1/namespaces/{namespace}/guard/blast-radius",
        blast_radius,
        scope=AccessScope.READ,
        answers={200: wire.BlastRadius},
        errors=frozenset({404}),
    ),
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/guard/rollback",
        rollback,
        scope=AccessScope.ADMIN,
        body=wire.RollbackRequest,
        answers={200: wire.RollbackReport},
        errors=frozenset({404, 409, 507}),
    ),
)
