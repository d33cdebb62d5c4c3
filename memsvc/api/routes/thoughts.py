"""TiM's steps: think after a reply, look at a thought, forget, merge, and take a merge back."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import outbound, thoughts
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import IfMatch, Namespace, NoteIdentifier
from memsvc.api.preconditions import etag, expected_version
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import NoteId

__all__ = ["THOUGHTS"]


def think(call: Call, namespace: Namespace) -> Response:
    """Make thoughts of notes that are stored: 201 when any is new, else 200. To be called after the reply."""
    sent = call.parse(wire.ThinkRequest)
    done = call.service.post_think(
        call.scope(namespace),
        [NoteId(note) for note in sent.notes],
        actor=call.actor,
        recalled=[NoteId(note) for note in sent.recalled],
    )
    return reply(thoughts.post_thought(done), 201 if done.thoughts else 200)


def get_thought(call: Call, namespace: Namespace, note: NoteIdentifier) -> Response:
    """Read a thought with its triples and sources; 409 for a note of another kind."""
    found = call.service.thought(call.scope(namespace), NoteId(note))
    return reply(thoughts.thought_detail(found), headers={"ETag": etag(found.note.version)})


def forget_thoughts(call: Call, namespace: Namespace) -> Response:
    """Close thoughts that later ones contradict, and link those in conflict; with `dry_run` only say which."""
    sent = call.parse(wire.ForgetThoughtsRequest) if call.body else wire.ForgetThoughtsRequest()
    done = call.service.forget_thoughts(call.scope(namespace), actor=call.actor, dry_run=sent.dry_run)
    return reply(thoughts.forgotten(done))


def merge_thoughts(call: Call, namespace: Namespace) -> Response:
    """Merge thoughts that belong together, or those named; with `dry_run` only say which."""
    sent = call.parse(wire.MergeThoughtsRequest) if call.body else wire.MergeThoughtsRequest()
    notes = None if sent.notes is None else [NoteId(note) for note in sent.notes]
    done = call.service.merge_thoughts(call.scope(namespace), actor=call.actor, dry_run=sent.dry_run, notes=notes)
    return reply(thoughts.merged(done))


def unmerge_thought(call: Call, namespace: Namespace, note: NoteIdentifier, if_match: IfMatch = None) -> Response:
    """Take a merge back: its sources are current again, and the merged thought is forgotten."""
    restored = call.service.unmerge(
        call.scope(namespace), NoteId(note), actor=call.actor, expected_version=expected_version(if_match)
    )
    return reply(wire.UnmergedThought(items=tuple(outbound.note(each) for each in restored)))


_THOUGHTS = "/v1/namespaces/{namespace}/thoughts"
THOUGHTS = (
    Endpoint(
        "POST",
        _THOUGHTS,
        think,
        scope=AccessScope.WRITE,
        body=wire.ThinkRequest,
        answers={200: wire.PostThought, 201: wire.PostThought},
        errors=frozenset({404, 409, 507}),
    ),
    Endpoint(
        "GET",
        f"{_THOUGHTS}/{{note}}",
        get_thought,
        scope=AccessScope.READ,
        answers={200: wire.ThoughtDetail},
        errors=frozenset({404, 409}),
    ),
    Endpoint(
        "POST",
        f"{_THOUGHTS}/forget",
        forget_thoughts,
        scope=AccessScope.WRITE,
        body=wire.ForgetThoughtsRequest,
        body_optional=True,
        answers={200: wire.ForgottenThoughts},
        errors=frozenset({404, 409, 507}),
    ),
    Endpoint(
        "POST",
        f"{_THOUGHTS}/merge",
        merge_thoughts,
        scope=AccessScope.WRITE,
        body=wire.MergeThoughtsRequest,
        body_optional=True,
        answers={200: wire.MergedThoughts},
        errors=frozenset({404, 409, 507}),
    ),
    Endpoint(
        "POST",
        f"{_THOUGHTS}/{{note}}/unmerge",
        unmerge_thought,
        scope=AccessScope.WRITE,
        answers={200: wire.UnmergedThought},
        errors=frozenset({404, 409, 412, 507}),
    ),
)
