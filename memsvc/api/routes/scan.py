"""Looking through a whole namespace again."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import guarding, outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import Namespace
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope

__all__ = ["SCAN"]


def scan(call: Call, namespace: Namespace) -> Response:
    """Look at all visible notes and canaries again, and with `apply` quarantine what is found; 202 when queued."""
    sent = call.parse(wire.ScanRequest) if call.body else wire.ScanRequest()
    scope = call.scope(namespace)
    if sent.background:
        return reply(outbound.job(call.service.queue_scan(scope, actor=call.actor, apply=sent.apply)), 202)
    return reply(guarding.scan_report(call.service.scan(scope, actor=call.actor, apply=sent.apply)))


SCAN = (
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/guard/scan",
        scan,
        scope=AccessScope.ADMIN,
        body=wire.ScanRequest,
        body_optional=True,
        answers={200: wire.ScanReport, 202: wire.Job},
        errors=frozenset({404, 409, 507}),
    ),
)
