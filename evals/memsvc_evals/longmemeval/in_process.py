"""The service inside this process, with one namespace per question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Level, Mode, RecallQuery, RecallResult
from memsvc.domain.scope import Scope
from memsvc.memory.service import MemoryService
from memsvc_evals.derived_work import DerivedWork
from memsvc_evals.embedders import BenchEmbedder
from memsvc_evals.local_service import ACTOR, open_local_service, require_whole, stored_notes
from memsvc_evals.longmemeval.service_retriever import DEPTH, PAGE, FoundRound, NamedSession, ServiceRetriever
from memsvc_evals.service_options import ServiceOptions

__all__ = ["InProcessMemory", "open_service_retriever"]


def _scope(namespace: str) -> Scope:
    return Scope.of("eval", namespace)


class InProcessMemory:
    """The use cases of a MemoryService."""

    def __init__(self, service: MemoryService, mode: Mode, work: DerivedWork) -> None:
        self._service = service
        self._mode = mode
        self._work = work

    def remember(self, namespace: str, sessions: Sequence[NamedSession]) -> int:
        new = [
            NewSession(
                turns=tuple(NewTurn(turn.role, turn.content) for turn in named.session.turns),
                id=SessionId(named.id),
                started_at=named.session.at,
            )
            for named in sessions
        ]
        scope = _scope(namespace)
        self._work.order(scope)
        outcomes = self._service.remember_sessions(scope, new, actor=ACTOR).outcomes
        self._work.do(scope)
        return sum(map(stored_notes, outcomes))

    def sessions(self, namespace: str, text: str, asked_at: datetime) -> list[str]:
        pages = self._pages(namespace, text, asked_at, Level.SESSION)
        return [hit.session.id for page in pages for hit in page.sessions]

    def rounds(self, namespace: str, text: str, asked_at: datetime) -> list[FoundRound]:
        return [
            FoundRound(hit.note.session, hit.note.position, len(hit.note.turns))
            for page in self._pages(namespace, text, asked_at, Level.NOTE)
            for hit in page.hits
            if hit.note.session is not None and hit.note.position is not None
        ]

    def ask(self, namespace: str, text: str, asked_at: datetime) -> None:
        query = RecallQuery(text, mode=self._mode, asked_at=asked_at)
        require_whole(self._service.recall(_scope(namespace), query))

    def erase(self, namespace: str) -> None:
        self._service.purge_namespace(_scope(namespace), actor=ACTOR)

    def _pages(self, namespace: str, text: str, asked_at: datetime, level: Level) -> Iterator[RecallResult]:
        query = RecallQuery(text, k=PAGE, mode=self._mode, level=level, depth=DEPTH, asked_at=asked_at)
        while True:
            page = require_whole(self._service.recall(_scope(namespace), query))
            yield page
            if page.next_offset is None:
                return
            query = replace(query, offset=page.next_offset)


@contextmanager
def open_service_retriever(
    mode: Mode,
    *,
    embedder: BenchEmbedder,
    cache: Path | None,
    options: ServiceOptions | None = None,
    salt: str = "",
) -> Iterator[ServiceRetriever]:
    """Yield a retriever over a new store that is deleted afterwards; `cache` keeps vectors between runs.

    Raises StorageReadOnly when the cache file cannot be used.
    """
    with open_local_service(mode, embedder=embedder, cache=cache, options=options) as local:
        memory = InProcessMemory(local.service, mode, local.work)
        yield ServiceRetriever(memory, config=local.config, embedded=local.embedded, salt=salt)
