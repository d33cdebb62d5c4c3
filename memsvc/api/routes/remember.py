"""Storing notes and sessions."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import inbound, outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.idempotency import answer, idempotency
from memsvc.api.parameters import IdempotencyKey, Namespace
from memsvc.domain.access import AccessScope
from memsvc.domain.drafts import STORED, Outcome, SessionOutcome, SessionStatus

__all__ = ["REMEMBER"]

_NEW_SESSION = (SessionStatus.CREATED, SessionStatus.APPENDED)


def remember(call: Call, namespace: Namespace, idempotency_key: IdempotencyKey = None) -> Response:
    """Remember notes: 201 when any was stored, else 200; each item has its own outcome."""
    items = [inbound.new_item(item) for item in call.parse(wire.RememberRequest).items]
    done = call.service.remember(
        call.scope(namespace),
        items,
        actor=call.actor,
        idempotency=idempotency(call, idempotency_key, _items_answer),
    )
    call.backend.metrics.told(outcome.status for outcome in done.outcomes)
    return answer(done, _items_answer)


def _items_answer(outcomes: tuple[Outcome, ...]) -> tuple[int, wire.RememberResponse]:
    created = any(outcome.status in STORED for outcome in outcomes)
    body = wire.RememberResponse(outcomes=tuple(outbound.outcome(outcome) for outcome in outcomes))
    return 201 if created else 200, body


def remember_sessions(call: Call, namespace: Namespace, idempotency_key: IdempotencyKey = None) -> Response:
    """Remember sessions: of one that is known only the new turns are added."""
    sessions = [inbound.new_session(item) for item in call.parse(wire.RememberSessionsRequest).sessions]
    done = call.service.remember_sessions(
        call.scope(namespace),
        sessions,
        actor=call.actor,
        idempotency=idempotency(call, idempotency_key, _sessions_answer),
    )
    call.backend.metrics.told(round_.status for outcome in done.outcomes for round_ in outcome.rounds)
    return answer(done, _sessions_answer)


def _sessions_answer(outcomes: tuple[SessionOutcome, ...]) -> tuple[int, wire.RememberSessionsResponse]:
    created = any(outcome.status in _NEW_SESSION for outcome in outcomes)
    body = wire.RememberSessionsResponse(outcomes=tuple(outbound.session_outcome(o) for o in outcomes))
    return 201 if created else 200, body


REMEMBER = (
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/notes",
        remember,
        scope=AccessScope.WRITE,
        body=wire.RememberRequest,
        answers={200: wire.RememberResponse, 201: wire.RememberResponse},
        errors=frozenset({409, 507}),
    ),
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/sessions",
        remember_sessions,
        scope=AccessScope.WRITE,
        body=wire.RememberSessionsRequest,
        answers={200: wire.RememberSessionsResponse, 201: wire.RememberSessionsResponse},
        errors=frozenset({409, 507}),
    ),
)
