"""Namespaces of the caller's tenant."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import Cursor, Limit, Namespace
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope

__all__ = ["NAMESPACES"]


def list_namespaces(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List the tenant's namespaces by name."""
    cursors, bound = call.backend.cursors, ("namespaces", call.caller.tenant)
    after = "" if cursor is None else str(cursors.open(cursor, *bound))
    found = call.service.namespaces(call.caller.tenant, after=after, limit=limit + 1)
    following = cursors.make(found[limit - 1].name, *bound) if len(found) > limit else None
    items = tuple(outbound.namespace(info) for info in found[:limit])
    return reply(wire.NamespacePage(items=items, next=following))


def namespace_stats(call: Call, namespace: Namespace) -> Response:
    """Count what a namespace holds."""
    store, index = call.service.stats(call.scope(namespace))
    return reply(outbound.stats(namespace, store, index))


def purge_namespace(call: Call, namespace: Namespace) -> Response:
    """Erase a namespace with all that is in it, for good."""
    return reply(outbound.receipt(call.service.purge_namespace(call.scope(namespace), actor=call.actor)))


NAMESPACES = (
    Endpoint(
        "GET",
        "/v1/namespaces",
        list_namespaces,
        scope=AccessScope.READ,
        answers={200: wire.NamespacePage},
        errors=frozenset({400}),
    ),
    Endpoint(
        "GET",
        "/v1/namespaces/{namespace}",
        namespace_stats,
        scope=AccessScope.READ,
        answers={200: wire.NamespaceStats},
        errors=frozenset({404}),
    ),
    Endpoint(
        "DELETE",
        "/v1/namespaces/{namespace}",
        purge_namespace,
        scope=AccessScope.ADMIN,
        answers={200: wire.PurgeReceipt},
        errors=frozenset({404, 507}),
    ),
)
