"""Calls about the policy of a namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memsvc.client._codec import build, get, path, post, reader
from memsvc.client._exchange import Call, Request
from memsvc.wire import Policy, PolicyHistory, PolicyVersion, RetentionReport, RetentionRequest

__all__ = ["policy", "policy_history", "set_policy", "sweep"]


def policy(namespace: str) -> Call[PolicyVersion]:
    return Call(get(path("namespaces", namespace, "policy")), reader(PolicyVersion))


def policy_history(namespace: str) -> Call[tuple[PolicyVersion, ...]]:
    read = reader(PolicyHistory)
    return Call(get(path("namespaces", namespace, "policy", "history")), lambda outcome: read(outcome).items)


def set_policy(namespace: str, wanted: Policy | Mapping[str, Any], version: int | None) -> Call[PolicyVersion]:
    body = wanted if isinstance(wanted, Policy) else build(Policy, wanted)
    headers = {"content-type": "application/json", "if-match": "*" if version is None else f'"{version}"'}
    target = path("namespaces", namespace, "policy")
    request = Request("PUT", target, body.model_dump_json().encode(), headers, repeatable=version is None)
    return Call(request, reader(PolicyVersion))


def sweep(namespace: str, *, dry_run: bool) -> Call[RetentionReport]:
    body = build(RetentionRequest, {"dry_run": dry_run})
    target = path("namespaces", namespace, "retention")
    return Call(post(target, body, repeatable=dry_run), reader(RetentionReport))
