"""The guard's review queue, and what it knows of a note."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import guarding, outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.paging import page_of
from memsvc.api.parameters import Cursor, Limit, Namespace, NoteIdentifier
from memsvc.api.preconditions import etag
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note

__all__ = ["GUARD"]


def list_quarantine(call: Call, namespace: Namespace, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List what waits for a review, quarantined or doubtful, in the order of storing, with what was found."""
    scope = call.scope(namespace)
    items, following = page_of(
        call,
        lambda after, count: call.service.quarantine(scope, after_row=after, limit=count),
        position=lambda item: item.note.row,
        limit=limit,
        cursor=cursor,
        binding=("quarantine", namespace),
    )
    return reply(wire.QuarantinePage(items=tuple(guarding.quarantined(item) for item in items), next=following))


def release_note(call: Call, namespace: Namespace, note: NoteIdentifier) -> Response:
    """Make a quarantined or doubtful note active, and an example of what is harmless; its trust stays as it is."""
    reason = call.parse(wire.ReviewRequest).reason
    found = call.service.release(call.scope(namespace), NoteId(note), actor=call.actor, reason=reason)
    return _reviewed(call, found, "released")


def reject_note(call: Call, namespace: Namespace, note: NoteIdentifier) -> Response:
    """Hide a quarantined or doubtful note for good."""
    reason = call.parse(wire.ReviewRequest).reason
    found = call.service.reject(call.scope(namespace), NoteId(note), actor=call.actor, reason=reason)
    return _reviewed(call, found, "rejected")


def _reviewed(call: Call, note: Note, decision: str) -> Response:
    call.backend.metrics.reviewed(decision)
    return reply(outbound.note(note), headers={"ETag": etag(note.version)})


def explain_note(call: Call, namespace: Namespace, note: NoteIdentifier) -> Response:
    """Read what the guard knows of a note of any status: signals with places and p-values, origins, review."""
    return reply(guarding.explanation(call.service.explain(call.scope(namespace), NoteId(note))))


_GUARD = "/v1/namespaces/{namespace}/guard"
_REVIEWED = frozenset({404, 409, 507})
GUARD = (
    Endpoint(
        "GET",
        f"{_GUARD}/quarantine",
        list_quarantine,
        scope=AccessScope.ADMIN,
        answers={200: wire.QuarantinePage},
        errors=frozenset({400}),
    ),
    Endpoint(
        "POST",
        f"{_GUARD}/quarantine/{{note}}/release",
        release_note,
        scope=AccessScope.ADMIN,
        body=wire.ReviewRequest,
        answers={200: wire.Note},
        errors=_REVIEWED,
    ),
    Endpoint(
        "POST",
        f"{_GUARD}/quarantine/{{note}}/reject",
        reject_note,
        scope=AccessScope.ADMIN,
        body=wire.ReviewRequest,
        answers={200: wire.Note},
        errors=_REVIEWED,
    ),
    Endpoint(
        "GET",
        f"{_GUARD}/notes/{{note}}",
        explain_note,
        scope=AccessScope.ADMIN,
        answers={200: wire.Explanation},
        errors=frozenset({404}),
    ),
)
