"""Reading, changing, forgetting and purging notes."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import inbound, outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.paging import page_of
from memsvc.api.parameters import (
    Cursor,
    EventFrom,
    EventTo,
    IfMatch,
    IfNoneMatch,
    Kinds,
    Limit,
    Namespace,
    NoteIdentifier,
    Sessions,
    Statuses,
    WhyForgotten,
)
from memsvc.api.preconditions import etag, expected_version, unchanged
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.errors import PreconditionRequired

__all__ = ["NOTES"]


def list_notes(
    call: Call,
    namespace: Namespace,
    status: Statuses = None,
    kind: Kinds = None,
    session: Sessions = None,
    event_from: EventFrom = None,
    event_to: EventTo = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List notes in the order in which they were stored."""
    scope = call.scope(namespace)
    selection = inbound.selection_of(
        statuses=status, kinds=kind, sessions=session, event_from=event_from, event_to=event_to
    )
    times = [None if moment is None else moment.isoformat() for moment in (event_from, event_to)]
    binding = ("notes", namespace, sorted(status or ()), sorted(kind or ()), sorted(session or ()), *times)
    items, following = page_of(
        call,
        lambda after, count: call.service.notes(scope, selection, after_row=after, limit=count),
        position=lambda note: note.row,
        limit=limit,
        cursor=cursor,
        binding=binding,
    )
    return reply(wire.NotePage(items=tuple(outbound.note(note) for note in items), next=following))


def get_note(
    call: Call, namespace: Namespace, note: NoteIdentifier, if_none_match: IfNoneMatch = None
) -> Response:
    """Read a note of any status; its ETag is its version."""
    found = call.service.note(call.scope(namespace), NoteId(note))
    if unchanged(if_none_match, found.version):
        return Response(status_code=304, headers={"ETag": etag(found.version)})
    return _note_reply(found)


def patch_note(call: Call, namespace: Namespace, note: NoteIdentifier, if_match: IfMatch = None) -> Response:
    """Replace a note's metadata; needs If-Match."""
    if if_match is None:
        raise PreconditionRequired("send If-Match with the ETag of the note as you read it, or * to overwrite")
    version = expected_version(if_match)
    sent = call.parse(wire.NotePatch)
    return _note_reply(
        call.service.set_metadata(
            call.scope(namespace),
            NoteId(note),
            sent.metadata,
            actor=call.actor,
            expected_version=version,
        )
    )


def forget_note(
    call: Call,
    namespace: Namespace,
    note: NoteIdentifier,
    if_match: IfMatch = None,
    reason: WhyForgotten = None,
) -> Response:
    """Forget a note: hidden at once, and restorable until it is purged."""
    return _note_reply(
        call.service.forget(
            call.scope(namespace),
            NoteId(note),
            actor=call.actor,
            expected_version=expected_version(if_match),
            reason=reason,
        )
    )


def restore_note(call: Call, namespace: Namespace, note: NoteIdentifier, if_match: IfMatch = None) -> Response:
    """Make a forgotten or superseded note current again."""
    reason = call.parse(wire.RestoreRequest).reason if call.body else None
    return _note_reply(
        call.service.restore(
            call.scope(namespace),
            NoteId(note),
            actor=call.actor,
            expected_version=expected_version(if_match),
            reason=reason,
        )
    )


def note_history(call: Call, namespace: Namespace, note: NoteIdentifier) -> Response:
    """Read the journal of a note, oldest first; of a purged note a tombstone is left."""
    changes = call.service.history(call.scope(namespace), NoteId(note))
    return reply(wire.History(items=tuple(outbound.change(change) for change in changes)))


def purge_notes(call: Call, namespace: Namespace) -> Response:
    """Erase notes for good, everywhere; the receipt names those that were there."""
    notes = [NoteId(note) for note in call.parse(wire.PurgeRequest).notes]
    receipt = call.service.purge(call.scope(namespace), notes, actor=call.actor)
    return reply(outbound.receipt(receipt))


def _note_reply(note: Note) -> Response:
    return reply(outbound.note(note), headers={"ETag": etag(note.version)})


_NOTE = "/v1/namespaces/{namespace}/notes/{note}"
_CHANGED = frozenset({404, 409, 412, 507})
NOTES = (
    Endpoint(
        "GET",
        "/v1/namespaces/{namespace}/notes",
        list_notes,
        scope=AccessScope.READ,
        answers={200: wire.NotePage},
        errors=frozenset({400}),
    ),
    Endpoint(
        "GET",
        _NOTE,
        get_note,
        scope=AccessScope.READ,
        answers={200: wire.Note, 304: None},
        errors=frozenset({404}),
    ),
    Endpoint(
        "PATCH",
        _NOTE,
        patch_note,
        scope=AccessScope.WRITE,
        body=wire.NotePatch,
        answers={200: wire.Note},
        errors=_CHANGED | {428},
    ),
    Endpoint("DELETE", _NOTE, forget_note, scope=AccessScope.WRITE, answers={200: wire.Note}, errors=_CHANGED),
    Endpoint(
        "POST",
        f"{_NOTE}/restore",
        restore_note,
        scope=AccessScope.WRITE,
        body=wire.RestoreRequest,
        body_optional=True,
        answers={200: wire.Note},
        errors=_CHANGED,
    ),
    Endpoint(
        "GET",
        f"{_NOTE}/history",
        note_history,
        scope=AccessScope.READ,
        answers={200: wire.History},
        errors=frozenset({404}),
    ),
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/purge",
        purge_notes,
        scope=AccessScope.ADMIN,
        body=wire.PurgeRequest,
        answers={200: wire.PurgeReceipt},
        errors=frozenset({404, 507}),
    ),
)
