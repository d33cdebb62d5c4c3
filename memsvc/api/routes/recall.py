"""Recall."""

from __future__ import annotations

import json

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import inbound, outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import Namespace
from memsvc.api.replies import reply_plain
from memsvc.domain.access import AccessScope

__all__ = ["RECALL"]

_SETS = ("statuses", "kinds", "sessions")


def recall(call: Call, namespace: Namespace) -> Response:
    """Find the notes (or sessions) that answer a question, best first."""
    asked = call.parse(wire.RecallRequest)
    scope = call.scope(namespace)
    offset = 0
    if asked.cursor is not None:
        offset = int(call.backend.cursors.open(asked.cursor, *_binding(call, namespace, asked)))
    found = call.service.recall(scope, inbound.recall_query(asked, offset=offset, ceiling=call.actor.ceiling))
    following = None
    if found.next_offset is not None:
        following = call.backend.cursors.make(found.next_offset, *_binding(call, namespace, asked))
    return reply_plain(outbound.recalled(found, following))


def _binding(call: Call, namespace: str, asked: wire.RecallRequest) -> tuple[str, ...]:
    """Return what a cursor is good for: this tenant, namespace and question, whatever the order of sets."""
    question = asked.model_dump(mode="json", exclude={"cursor"})
    for name in _SETS:
        if question[name] is not None:
            question[name] = sorted(question[name])
    return "recall", call.caller.tenant, namespace, json.dumps(question, sort_keys=True)


RECALL = (
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/recall",
        recall,
        scope=AccessScope.READ,
        body=wire.RecallRequest,
        answers={200: wire.RecallResponse},
        errors=frozenset({400, 409}),
    ),
)
