"""The service inside this process, on a temporary SQLite database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from memsvc.app import build
from memsvc.domain.drafts import NewSession, NewTurn, SessionStatus
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Level, Mode, RecallQuery, RecallResult
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import ServerFault
from memsvc.memory.service import MemoryService
from memsvc.ports.embedding import Embedder
from memsvc.settings import Settings
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.make import EmbedderKind, EmbedderSpec, embedder_from
from memsvc_evals.counting import CountingEmbedder
from memsvc_evals.longmemeval.service_retriever import DEPTH, PAGE, FoundRound, NamedSession, ServiceRetriever
from memsvc_stores.sql import open_storage

__all__ = ["InProcessMemory", "open_service_retriever"]

_ACTOR = Actor("eval")


def _scope(namespace: str) -> Scope:
    return Scope.of("eval", namespace)


class InProcessMemory:
    """The use cases of a MemoryService."""

    def __init__(self, service: MemoryService, mode: Mode) -> None:
        self._service = service
        self._mode = mode

    def remember(self, namespace: str, sessions: Sequence[NamedSession]) -> int:
        new = [
            NewSession(
                turns=tuple(NewTurn(turn.role, turn.content) for turn in named.session.turns),
                id=SessionId(named.id),
                started_at=named.session.at,
            )
            for named in sessions
        ]
        outcomes = self._service.remember_sessions(_scope(namespace), new, actor=_ACTOR).outcomes
        for outcome in outcomes:
            degraded = [reason for part in outcome.rounds for reason in part.degraded]
            if outcome.status is SessionStatus.FAILED or degraded:
                reason = outcome.error.detail if outcome.error else ", ".join(degraded)
                raise ServerFault(f"a session was not stored as it should be: {reason}")
        return sum(len(outcome.rounds) for outcome in outcomes)

    def sessions(self, namespace: str, text: str) -> list[str]:
        pages = self._pages(namespace, text, Level.SESSION)
        return [hit.session.id for page in pages for hit in page.sessions]

    def rounds(self, namespace: str, text: str) -> list[FoundRound]:
        return [
            FoundRound(hit.note.session, hit.note.position, len(hit.note.turns))
            for page in self._pages(namespace, text, Level.NOTE)
            for hit in page.hits
            if hit.note.session is not None and hit.note.position is not None
        ]

    def erase(self, namespace: str) -> None:
        self._service.purge_namespace(_scope(namespace), actor=_ACTOR)

    def _pages(self, namespace: str, text: str, level: Level) -> Iterator[RecallResult]:
        query = RecallQuery(text, k=PAGE, mode=self._mode, level=level, depth=DEPTH)
        while True:
            page = self._service.recall(_scope(namespace), query)
            if page.degraded:
                raise ServerFault(f"recall was degraded: {'; '.join(page.degraded)}")
            yield page
            if page.next_offset is None:
                return
            query = replace(query, offset=page.next_offset)


@contextmanager
def open_service_retriever(
    mode: Mode, *, embedder: EmbedderKind, cache: Path | None, salt: str = ""
) -> Iterator[ServiceRetriever]:
    """Yield a retriever over a new store that is deleted afterwards; `cache` keeps vectors between runs.

    Raises StorageReadOnly when the cache file cannot be used.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="memsvc-eval-")))
        counted = CountingEmbedder(embedder_from(EmbedderSpec(kind=embedder)))
        used: Embedder = counted
        if cache is not None:
            used = CachedEmbedder(counted, stack.enter_context(FileEmbeddingCache(cache)))
        storage = open_storage(f"sqlite:///{folder / 'memsvc.db'}")
        app = stack.enter_context(build(Settings(data_dir=folder), storage=storage, embedder=used))
        memory = InProcessMemory(app.service, mode)
        config = {"retriever": mode.value, "model": used.model.id, "rrf_k": app.settings.rrf_k}
        yield ServiceRetriever(memory, config=config, embedded=lambda: counted.texts, salt=salt)
