"""A running service, through the SDK."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from memsvc.client import Client
from memsvc.errors import ServerFault
from memsvc.wire import Level, Mode, NewSession, NewTurn, RecallResponse
from memsvc_evals.longmemeval.service_retriever import DEPTH, PAGE, FoundRound, NamedSession, ServiceRetriever

__all__ = ["RestMemory", "open_rest_retriever"]

_SESSIONS_PER_REQUEST = 50
_TIMEOUT = 600.0


class RestMemory:
    """The same use cases through a Client."""

    def __init__(self, client: Client, mode: Mode) -> None:
        self._client = client
        self._mode = mode

    def remember(self, namespace: str, sessions: Sequence[NamedSession]) -> int:
        client = self._client.using(namespace=namespace)
        new = [
            NewSession(
                turns=tuple(NewTurn(role=turn.role, content=turn.content) for turn in named.session.turns),
                id=named.id,
                started_at=named.session.at,
            )
            for named in sessions
        ]
        notes = 0
        for start in range(0, len(new), _SESSIONS_PER_REQUEST):
            for outcome in client.remember_sessions(new[start : start + _SESSIONS_PER_REQUEST]):
                degraded = [reason for part in outcome.rounds for reason in part.degraded]
                if outcome.status == "failed" or degraded:
                    reason = outcome.error.detail if outcome.error else ", ".join(degraded)
                    raise ServerFault(f"a session was not stored as it should be: {reason}")
                notes += len(outcome.rounds)
        return notes

    def sessions(self, namespace: str, text: str, asked_at: datetime) -> list[str]:
        pages = self._pages(namespace, text, asked_at, "session")
        return [hit.session.id for page in pages for hit in page.sessions]

    def rounds(self, namespace: str, text: str, asked_at: datetime) -> list[FoundRound]:
        return [
            FoundRound(hit.note.session, hit.note.position, len(hit.note.turns))
            for page in self._pages(namespace, text, asked_at, "note")
            for hit in page.hits
            if hit.note.session is not None and hit.note.position is not None
        ]

    def ask(self, namespace: str, text: str, asked_at: datetime) -> None:
        found = self._client.using(namespace=namespace).recall(text, mode=self._mode, asked_at=asked_at)
        if found.degraded:
            raise ServerFault(f"recall was degraded: {'; '.join(found.degraded)}")

    def erase(self, namespace: str) -> None:
        self._client.using(namespace=namespace).purge_namespace()

    def _pages(self, namespace: str, text: str, asked_at: datetime, level: Level) -> Iterator[RecallResponse]:
        client = self._client.using(namespace=namespace)
        for page in client.recall_pages(
            text, k=PAGE, mode=self._mode, level=level, depth=DEPTH, asked_at=asked_at
        ):
            if page.degraded:
                raise ServerFault(f"recall was degraded: {'; '.join(page.degraded)}")
            yield page


@contextmanager
def open_rest_retriever(url: str, api_key: str | None, mode: Mode) -> Iterator[ServiceRetriever]:
    """Yield a retriever over a running service; its namespaces begin with `lme-` and are erased again."""
    with Client(url, api_key=api_key, timeout=_TIMEOUT) as client:
        yield ServiceRetriever(RestMemory(client, mode), config={"retriever": mode, "url": url})
