"""Calls that change nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from memsvc.client._codec import build, get, path, post, query, reader
from memsvc.client._exchange import Answer, Call, Outcome
from memsvc.client._options import ListOptions, RecallOptions
from memsvc.wire import (
    Change,
    History,
    NamespacePage,
    NamespaceStats,
    Note,
    NotePage,
    Readiness,
    RecallRequest,
    RecallResponse,
    SessionPage,
    SessionWithNotes,
    Usage,
    Version,
)

__all__ = [
    "history",
    "namespaces",
    "note",
    "notes",
    "ready",
    "recall",
    "session",
    "sessions",
    "stats",
    "usage",
    "version",
]


def recall(namespace: str, text: str | None, options: RecallOptions) -> Call[RecallResponse]:
    body = build(RecallRequest, options if text is None else {"query": text, **options})
    return Call(post(path("namespaces", namespace, "recall"), body), reader(RecallResponse))


def note(namespace: str, note: str) -> Call[Note]:
    return Call(get(path("namespaces", namespace, "notes", note)), reader(Note))


def notes(namespace: str, options: ListOptions, *, limit: int, cursor: str | None) -> Call[NotePage]:
    parameters: dict[str, Any] = {**_plain(options), "limit": limit, "cursor": cursor}
    return Call(get(query(path("namespaces", namespace, "notes"), parameters)), reader(NotePage))


def session(namespace: str, session: str) -> Call[SessionWithNotes]:
    return Call(get(path("namespaces", namespace, "sessions", session)), reader(SessionWithNotes))


def sessions(namespace: str, *, limit: int, cursor: str | None) -> Call[SessionPage]:
    target = query(path("namespaces", namespace, "sessions"), {"limit": limit, "cursor": cursor})
    return Call(get(target), reader(SessionPage))


def history(namespace: str, note: str) -> Call[tuple[Change, ...]]:
    read = reader(History)
    request = get(path("namespaces", namespace, "notes", note, "history"))
    return Call(request, lambda outcome: read(outcome).items)


def stats(namespace: str) -> Call[NamespaceStats]:
    return Call(get(path("namespaces", namespace)), reader(NamespaceStats))


def namespaces(*, limit: int, cursor: str | None) -> Call[NamespacePage]:
    return Call(get(query(path("namespaces"), {"limit": limit, "cursor": cursor})), reader(NamespacePage))


def ready() -> Call[Readiness]:
    read = reader(Readiness)

    def read_either(outcome: Outcome) -> Readiness:
        if isinstance(outcome, Answer) and outcome.status == 503:
            outcome = Answer(200, outcome.headers, outcome.body)
        return read(outcome)

    return Call(get("/readyz"), read_either, retry=False)


def usage(since: date | None, until: date | None, namespace: str | None) -> Call[Usage]:
    days = {name: day and day.isoformat() for name, day in (("since", since), ("until", until))}
    return Call(get(query(path("usage"), {**days, "namespace": namespace})), reader(Usage))


def version() -> Call[Version]:
    return Call(get("/version"), reader(Version))


def _plain(options: ListOptions) -> dict[str, Any]:
    """Return the query parameters, under the names of the REST API."""
    given: dict[str, Any] = {**options}
    return {
        {"statuses": "status", "kinds": "kind", "sessions": "session"}.get(name, name): (
            value.isoformat() if isinstance(value, datetime) else value
        )
        for name, value in given.items()
    }
