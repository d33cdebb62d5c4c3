"""Reading sessions."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.paging import page_of
from memsvc.api.parameters import Cursor, Limit, Namespace, SessionIdentifier
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import SessionId
from memsvc.memory.look_up import SESSION_NOTES

__all__ = ["SESSIONS"]


def list_sessions(call: Call, namespace: Namespace, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List sessions in the order in which they were first stored."""
    scope = call.scope(namespace)
    items, following = page_of(
        call,
        lambda after, count: call.service.sessions(scope, after_row=after, limit=count),
        position=lambda session: session.row,
        limit=limit,
        cursor=cursor,
        binding=("sessions", namespace),
    )
    return reply(wire.SessionPage(items=tuple(outbound.session(item) for item in items), next=following))


def get_session(call: Call, namespace: Namespace, session: SessionIdentifier) -> Response:
    """Read a session with its visible notes."""
    found, notes = call.service.session(call.scope(namespace), SessionId(session))
    head = dict(outbound.session(found))
    shown = tuple(outbound.note(note) for note in notes[:SESSION_NOTES])
    return reply(wire.SessionWithNotes(**head, notes=shown, truncated=len(notes) > SESSION_NOTES))


SESSIONS = (
    Endpoint(
        "GET",
        "/v1/namespaces/{namespace}/sessions",
        list_sessions,
        scope=AccessScope.READ,
        answers={200: wire.SessionPage},
        errors=frozenset({400}),
    ),
    Endpoint(
        "GET",
        "/v1/namespaces/{namespace}/sessions/{session}",
        get_session,
        scope=AccessScope.READ,
        answers={200: wire.SessionWithNotes},
        errors=frozenset({404}),
    ),
)
