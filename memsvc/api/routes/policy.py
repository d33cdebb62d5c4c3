"""The policy of a namespace, and the sweep that does by it."""

from __future__ import annotations

from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert.policies import inbound_policy, outbound_policy, retention_report
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import IfMatch, IfNoneMatch, Namespace
from memsvc.api.preconditions import etag, expected_version, unchanged
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.policies import PolicyVersion
from memsvc.errors import PreconditionRequired

__all__ = ["POLICY"]


def get_policy(call: Call, namespace: Namespace, if_none_match: IfNoneMatch = None) -> Response:
    """Read the policy in force; its ETag is its version, which is 0 while everything is off by default."""
    found = call.service.policy(call.scope(namespace))
    version = 0 if found is None else found.version
    if unchanged(if_none_match, version):
        return Response(status_code=304, headers={"ETag": etag(version)})
    return _policy_reply(found)


def put_policy(call: Call, namespace: Namespace, if_match: IfMatch = None) -> Response:
    """Put a whole policy in force, members left out at their defaults; needs If-Match."""
    if if_match is None:
        raise PreconditionRequired('send If-Match with the ETag of the policy that you read ("0": none yet), or *')
    version = expected_version(if_match)
    policy = inbound_policy(call.parse(wire.Policy))
    return _policy_reply(
        call.service.set_policy(call.scope(namespace), policy, actor=call.actor, expected_version=version)
    )


def policy_history(call: Call, namespace: Namespace) -> Response:
    """Read every version of the policy, oldest first."""
    versions = call.service.policy_history(call.scope(namespace))
    return reply(wire.PolicyHistory(items=tuple(outbound_policy(version) for version in versions)))


def sweep(call: Call, namespace: Namespace) -> Response:
    """Forget and admit notes by the policy, at most 10,000 a call; on a dry run say which they would be."""
    dry_run = call.parse(wire.RetentionRequest).dry_run if call.body else False
    result = call.service.sweep(call.scope(namespace), actor=call.actor, dry_run=dry_run)
    return reply(retention_report(result))


def _policy_reply(found: PolicyVersion | None) -> Response:
    answer = outbound_policy(found)
    return reply(answer, headers={"ETag": etag(answer.version)})


_POLICY = "/v1/namespaces/{namespace}/policy"
POLICY = (
    Endpoint("GET", _POLICY, get_policy, scope=AccessScope.READ, answers={200: wire.PolicyVersion, 304: None}),
    Endpoint(
        "PUT",
        _POLICY,
        put_policy,
        scope=AccessScope.ADMIN,
        body=wire.Policy,
        answers={200: wire.PolicyVersion},
        errors=frozenset({409, 412, 428, 507}),
    ),
    Endpoint(
        "GET", f"{_POLICY}/history", policy_history, scope=AccessScope.READ, answers={200: wire.PolicyHistory}
    ),
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/retention",
        sweep,
        scope=AccessScope.WRITE,
        body=wire.RetentionRequest,
        body_optional=True,
        answers={200: wire.RetentionReport},
        errors=frozenset({404, 409, 507}),
    ),
)
