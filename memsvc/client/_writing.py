"""Calls that change the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from memsvc.client._codec import build, path, post, query, reader
from memsvc.client._exchange import Call, Outcome, Request
from memsvc.client._options import ItemOptions, SessionOptions
from memsvc.errors import error_class
from memsvc.wire import (
    NewItem,
    NewSession,
    NewTurn,
    Note,
    NotePatch,
    PurgeReceipt,
    PurgeRequest,
    RememberRequest,
    RememberResponse,
    RememberSessionsRequest,
    RememberSessionsResponse,
    RestoreRequest,
    SessionOutcome,
)
from memsvc.wire import Outcome as ItemOutcome

__all__ = [
    "forget",
    "purge",
    "purge_namespace",
    "remember",
    "remember_items",
    "remember_session",
    "remember_sessions",
    "restore",
    "session_of",
    "update_metadata",
]

R = TypeVar("R", ItemOutcome, SessionOutcome)


def remember(namespace: str, content: str, options: ItemOptions, *, key: str) -> Call[ItemOutcome]:
    many = remember_items(namespace, [build(NewItem, {"content": content, **options})], key=key)

    def read(outcome: Outcome) -> ItemOutcome:
        return _not_failed(many.read(outcome)[0])

    return Call(many.request, read)


def remember_items(namespace: str, items: Sequence[NewItem], *, key: str) -> Call[tuple[ItemOutcome, ...]]:
    body = build(RememberRequest, {"items": tuple(items)})
    read = reader(RememberResponse)
    request = post(path("namespaces", namespace, "notes"), body, key=key)
    return Call(request, lambda outcome: read(outcome).outcomes)


def session_of(turns: Sequence[NewTurn | Mapping[str, Any]], options: SessionOptions) -> NewSession:
    """Return the session of turns that are models or mappings with role and content."""
    return build(NewSession, {"turns": tuple(turns), **options})


def remember_session(namespace: str, session: NewSession, *, key: str) -> Call[SessionOutcome]:
    many = remember_sessions(namespace, [session], key=key)

    def read(outcome: Outcome) -> SessionOutcome:
        return _not_failed(many.read(outcome)[0])

    return Call(many.request, read)


def remember_sessions(
    namespace: str, sessions: Sequence[NewSession], *, key: str
) -> Call[tuple[SessionOutcome, ...]]:
    body = build(RememberSessionsRequest, {"sessions": tuple(sessions)})
    read = reader(RememberSessionsResponse)
    request = post(path("namespaces", namespace, "sessions"), body, key=key)
    return Call(request, lambda outcome: read(outcome).outcomes)


def update_metadata(namespace: str, note: str, metadata: Mapping[str, Any], version: int | None) -> Call[Note]:
    body = build(NotePatch, {"metadata": metadata}).model_dump_json().encode()
    headers = {"content-type": "application/json", **_if_match(version)}
    target = path("namespaces", namespace, "notes", note)
    return Call(Request("PATCH", target, body, headers, repeatable=False), reader(Note))


def forget(namespace: str, note: str, version: int | None, reason: str | None) -> Call[Note]:
    target = query(path("namespaces", namespace, "notes", note), {"reason": reason})
    request = Request("DELETE", target, headers=_if_match(version), repeatable=version is None)
    return Call(request, reader(Note))


def restore(namespace: str, note: str, version: int | None, reason: str | None) -> Call[Note]:
    body = build(RestoreRequest, {} if reason is None else {"reason": reason})
    headers = {"content-type": "application/json", **_if_match(version)}
    target = path("namespaces", namespace, "notes", note, "restore")
    request = Request("POST", target, body.model_dump_json(exclude_unset=True).encode(), headers, repeatable=False)
    return Call(request, reader(Note))


def purge(namespace: str, notes: Sequence[str]) -> Call[PurgeReceipt]:
    body = build(PurgeRequest, {"notes": tuple(notes)})
    return Call(post(path("namespaces", namespace, "purge"), body, repeatable=False), reader(PurgeReceipt))


def purge_namespace(namespace: str) -> Call[PurgeReceipt]:
    return Call(Request("DELETE", path("namespaces", namespace), repeatable=False), reader(PurgeReceipt))


def _if_match(version: int | None) -> dict[str, str]:
    return {"if-match": "*" if version is None else f'"{version}"'}


def _not_failed(result: R) -> R:
    """Return the result of the only thing sent; raise its error, lest it pass unseen."""
    if result.status in ("failed", "blocked") and result.error is not None:
        raise error_class(result.error.code, 422)(result.error.detail)
    return result
