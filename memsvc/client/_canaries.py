"""Calls about canaries."""

from __future__ import annotations

from memsvc.client._codec import build, get, path, reader
from memsvc.client._exchange import Call, Request
from memsvc.wire import Canary, CanaryCheck, CanaryChecks, CanaryList, CanaryRequest

__all__ = ["canaries", "check_canaries", "delete_canary", "put_canary"]


def canaries(namespace: str) -> Call[tuple[Canary, ...]]:
    read = reader(CanaryList)
    return Call(get(_canaries(namespace)), lambda outcome: read(outcome).items)


def put_canary(namespace: str, canary: str, question: str, *, k: int) -> Call[Canary]:
    body = build(CanaryRequest, {"question": question, "k": k}).model_dump_json().encode()
    headers = {"content-type": "application/json"}
    return Call(Request("PUT", _canaries(namespace, canary), body, headers), reader(Canary))


def delete_canary(namespace: str, canary: str) -> Call[tuple[Canary, ...]]:
    read = reader(CanaryList)
    request = Request("DELETE", _canaries(namespace, canary), repeatable=False)
    return Call(request, lambda outcome: read(outcome).items)


def check_canaries(namespace: str) -> Call[tuple[CanaryCheck, ...]]:
    read = reader(CanaryChecks)
    return Call(Request("POST", _canaries(namespace, "check")), lambda outcome: read(outcome).items)


def _canaries(namespace: str, *segments: str) -> str:
    return path("namespaces", namespace, "guard", "canaries", *segments)
