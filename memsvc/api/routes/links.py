"""Links between notes, and A-MEM's attributes of them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path, Query
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import linked, outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import IfMatch, Namespace, NoteIdentifier
from memsvc.api.preconditions import etag, expected_version
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType

__all__ = ["LINKS"]

_Other: TypeAlias = Annotated[str, Path(pattern=wire.NAME_PATTERN, description="The note at the other end.")]
_Types: TypeAlias = Annotated[
    list[wire.LinkType] | None, Query(max_length=6, description="Only links of these types.")
]
_Type: TypeAlias = Annotated[wire.LinkType, Query(description="Which of the links between the two to remove.")]


def list_links(call: Call, namespace: Namespace, note: NoteIdentifier, type: _Types = None) -> Response:
    """List the links of a note to visible notes, heaviest first; those along its session are among them."""
    types = None if type is None else {LinkType(each) for each in type}
    found = call.service.links(call.scope(namespace), NoteId(note), types=types)
    return reply(wire.LinkList(items=tuple(linked.link(each) for each in found)))


def put_link(call: Call, namespace: Namespace, note: NoteIdentifier, other: _Other) -> Response:
    """Link two notes by hand; a repeat changes nothing."""
    made = call.service.link(call.scope(namespace), NoteId(note), NoteId(other), actor=call.actor)
    return reply(linked.link(made))


def delete_link(
    call: Call, namespace: Namespace, note: NoteIdentifier, other: _Other, type: _Type = "manual"
) -> Response:
    """Remove a link, by default the manual one, and list those that the note has left."""
    scope = call.scope(namespace)
    call.service.unlink(scope, NoteId(note), NoteId(other), type_=LinkType(type))
    left = call.service.links(scope, NoteId(note))
    return reply(wire.LinkList(items=tuple(linked.link(each) for each in left)))


def get_attributes(call: Call, namespace: Namespace, note: NoteIdentifier) -> Response:
    """Read a note's keywords, tags and context; 404 also where it has none."""
    found, version = call.service.attributes(call.scope(namespace), NoteId(note))
    return reply(linked.attributes(note, found, version), headers={"ETag": etag(version)})


def evolve_note(call: Call, namespace: Namespace, note: NoteIdentifier) -> Response:
    """Construct a note's attributes anew, link it, and let it evolve its neighbours; waits for the model."""
    scope = call.scope(namespace)
    done = call.service.evolve(scope, NoteId(note), actor=call.actor)
    version = call.service.note(scope, NoteId(note)).version
    return reply(linked.evolved(note, done, version))


def revert_note(call: Call, namespace: Namespace, note: NoteIdentifier, if_match: IfMatch = None) -> Response:
    """Give a note the attributes back that it had at a version, as a new version."""
    wanted = call.parse(wire.RevertRequest).version
    found = call.service.revert(
        call.scope(namespace),
        NoteId(note),
        wanted,
        actor=call.actor,
        expected_version=expected_version(if_match),
    )
    return reply(outbound.note(found), headers={"ETag": etag(found.version)})


def consolidate(call: Call, namespace: Namespace) -> Response:
    """Top up what is missing of attributes, keys and links, by rules; a repeat changes nothing."""
    return reply(linked.consolidated(call.service.consolidate(call.scope(namespace), actor=call.actor)))


_NOTE = "/v1/namespaces/{namespace}/notes/{note}"
_MISSING = frozenset({404})
_CHANGED = frozenset({404, 409, 507})
LINKS = (
    Endpoint(
        "GET",
        f"{_NOTE}/links",
        list_links,
        scope=AccessScope.READ,
        answers={200: wire.LinkList},
        errors=_MISSING,
    ),
    Endpoint(
        "PUT",
        f"{_NOTE}/links/{{other}}",
        put_link,
        scope=AccessScope.WRITE,
        answers={200: wire.Link},
        errors=_CHANGED,
    ),
    Endpoint(
        "DELETE",
        f"{_NOTE}/links/{{other}}",
        delete_link,
        scope=AccessScope.WRITE,
        answers={200: wire.LinkList},
        errors=_CHANGED,
    ),
    Endpoint(
        "GET",
        f"{_NOTE}/attributes",
        get_attributes,
        scope=AccessScope.READ,
        answers={200: wire.Attributes},
        errors=_MISSING,
    ),
    Endpoint(
        "POST",
        f"{_NOTE}/evolve",
        evolve_note,
        scope=AccessScope.WRITE,
        answers={200: wire.Evolved},
        errors=_CHANGED,
    ),
    Endpoint(
        "POST",
        f"{_NOTE}/revert",
        revert_note,
        scope=AccessScope.WRITE,
        body=wire.RevertRequest,
        answers={200: wire.Note},
        errors=_CHANGED | {412},
    ),
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/consolidate",
        consolidate,
        scope=AccessScope.WRITE,
        answers={200: wire.Consolidated},
        errors=_CHANGED,
    ),
)
