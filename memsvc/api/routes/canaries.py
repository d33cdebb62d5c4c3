"""Sentinel questions, whose answers must not change without an explanation."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import guarding
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import Namespace
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope

__all__ = ["CANARIES"]

_CanaryName: TypeAlias = Annotated[str, Path(pattern=wire.NAME_PATTERN)]


def list_canaries(call: Call, namespace: Namespace) -> Response:
    """List the canaries by name, each with the notes that it is expected to find."""
    return _listed(call, namespace)


def put_canary(call: Call, namespace: Namespace, canary: _CanaryName) -> Response:
    """Keep a question; the notes that it finds now are those expected, also when it was kept before."""
    sent = call.parse(wire.CanaryRequest)
    kept = call.service.put_canary(call.scope(namespace), sent.question, k=sent.k, actor=call.actor, id=canary)
    return reply(guarding.canary(kept))


def delete_canary(call: Call, namespace: Namespace, canary: _CanaryName) -> Response:
    """Remove a canary, and list those that are left."""
    call.service.delete_canary(call.scope(namespace), canary, actor=call.actor)
    return _listed(call, namespace)


def check_canaries(call: Call, namespace: Namespace) -> Response:
    """Ask every canary again, and say of a changed answer whether the journal explains it."""
    checks = call.service.check_canaries(call.scope(namespace))
    return reply(wire.CanaryChecks(items=tuple(guarding.canary_check(each) for each in checks)))


def _listed(call: Call, namespace: str) -> Response:
    found = call.service.canaries(call.scope(namespace))
    return reply(wire.CanaryList(items=tuple(guarding.canary(each) for each in found)))


_CANARIES = "/v1/namespaces/{namespace}/guard/canaries"
CANARIES = (
    Endpoint(
        "GET",
        _CANARIES,
        list_canaries,
        scope=AccessScope.ADMIN,
        answers={200: wire.CanaryList},
        errors=frozenset({404}),
    ),
    Endpoint(
        "PUT",
        f"{_CANARIES}/{{canary}}",
        put_canary,
        scope=AccessScope.ADMIN,
        body=wire.CanaryRequest,
        answers={200: wire.Canary},
        errors=frozenset({404, 409, 507}),
    ),
    Endpoint(
        "DELETE",
        f"{_CANARIES}/{{canary}}",
        delete_canary,
        scope=AccessScope.ADMIN,
        answers={200: wire.CanaryList},
        errors=frozenset({404, 507}),
    ),
    Endpoint(
        "POST",
        f"{_CANARIES}/check",
        check_canaries,
        scope=AccessScope.ADMIN,
        answers={200: wire.CanaryChecks},
        errors=frozenset({404, 409}),
    ),
)
