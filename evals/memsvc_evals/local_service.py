"""The service inside this process, on a temporary SQLite database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from memsvc.app import build
from memsvc.domain.drafts import SessionOutcome, SessionStatus
from memsvc.domain.recall import Mode, RecallResult
from memsvc.domain.receipts import Actor
from memsvc.errors import ServerFault
from memsvc.memory.service import MemoryService
from memsvc.ports.embedding import EmbeddingCache
from memsvc.ports.storage import Storage
from memsvc.settings import Settings
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.memory_cache import MemoryEmbeddingCache
from memsvc_evals.counting import CountingEmbedder
from memsvc_evals.derived_work import DerivedWork
from memsvc_evals.embedders import BenchEmbedder, bench_embedder
from memsvc_evals.service_options import ServiceOptions
from memsvc_stores.sql import open_storage

__all__ = ["ACTOR", "LocalService", "open_local_service", "ranking_config", "require_whole", "stored_notes"]

ACTOR = Actor("eval")


@dataclass(frozen=True, slots=True)
class LocalService:
    """`config` goes into reports, `embedded` counts the texts that the model has embedded so far.

    `work` is what the options have it derive from what it remembers.
    """

    service: MemoryService
    config: Mapping[str, Any]
    embedded: Callable[[], int]
    storage: Storage
    work: DerivedWork


@contextmanager
def open_local_service(
    mode: Mode, *, embedder: BenchEmbedder, cache: Path | None, options: ServiceOptions | None = None
) -> Iterator[LocalService]:
    """Yield a service over a new store that is deleted afterwards; `cache` keeps vectors between runs.

    The last question is kept in memory, and without `cache` nothing else is: how much is embedded does not depend
    on the questions before. Raises StorageReadOnly when the cache file cannot be used.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="memsvc-eval-")))
        counted = CountingEmbedder(bench_embedder(embedder))
        chosen = options or ServiceOptions()
        settings = Settings(data_dir=folder, **chosen.settings)
        vectors: EmbeddingCache = MemoryEmbeddingCache(0)
        if cache is not None:
            vectors = stack.enter_context(FileEmbeddingCache(cache))
        used = CachedEmbedder(counted, vectors, query_cache_size=1)
        storage = open_storage(f"sqlite:///{folder / 'memsvc.db'}")
        app = stack.enter_context(build(settings, storage=storage, embedder=used))
        config = {"retriever": mode.value, "model": used.model.id, **ranking_config(settings), **chosen.derived}
        work = DerivedWork(app, chosen.policy, ACTOR)
        yield LocalService(app.service, config, lambda: counted.texts, storage, work)


def ranking_config(settings: Settings) -> dict[str, Any]:
    """Return what of the settings decides rankings; a reranker only where there is one, by its folder's name."""
    config: dict[str, Any] = {
        "fusion": settings.fusion,
        "keys": settings.keys,
        "time_ranges": settings.time_ranges,
    }
    if settings.fusion == "rrf":
        config["rrf_k"] = settings.rrf_k
    reranker = settings.reranker
    if reranker.path is not None:
        name = reranker.path.absolute().name
        config["reranker"] = {"model": name, "depth": reranker.depth, "tokens": reranker.tokens}
    return config


def stored_notes(outcome: SessionOutcome) -> int:
    """Return the number of a session's notes; raises ServerFault unless it was stored whole."""
    degraded = [reason for part in outcome.rounds for reason in part.degraded]
    if outcome.status is SessionStatus.FAILED or degraded:
        reason = outcome.error.detail if outcome.error else ", ".join(degraded)
        raise ServerFault(f"a session was not stored as it should be: {reason}")
    return len(outcome.rounds)


def require_whole(result: RecallResult) -> RecallResult:
    """Return the result; raises ServerFault when it was made without a part of the index."""
    if result.degraded:
        raise ServerFault(f"recall was degraded: {'; '.join(result.degraded)}")
    return result
