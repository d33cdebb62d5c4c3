"""The one composition root: settings in, a working service out."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType

from memsvc.domain.ids import IdFactory, NoteId
from memsvc.domain.jobs import ERASE, KEY_NOTES, REHASH, SAVE_INDEX, SWEEP
from memsvc.domain.notes import KeyGroup
from memsvc.domain.recall import Mode
from memsvc.domain.scope import Scope
from memsvc.errors import NotFound, StorageReadOnly
from memsvc.jobs.policy import JobPolicy
from memsvc.jobs.runner import Chore, Runner, WorkerOptions
from memsvc.jobs.running import Handler
from memsvc.memory.checks import Limits
from memsvc.memory.context import Context
from memsvc.memory.drafting import Drafter
from memsvc.memory.hashing import rehash
from memsvc.memory.maintenance import save_index
from memsvc.memory.purge import finish_erasure
from memsvc.memory.recall_counts import RecallCounts
from memsvc.memory.rekeying import key_notes
from memsvc.memory.reranking import Reranking
from memsvc.memory.retention_jobs import queue_sweeps, sweep_job
from memsvc.memory.service import MemoryService
from memsvc.ports.clock import Clock
from memsvc.ports.embedding import Embedder
from memsvc.ports.jobs import JobContext
from memsvc.ports.llm import ChatModel
from memsvc.ports.ranking import KeyIndex
from memsvc.ports.reranking import Reranker
from memsvc.ports.storage import Storage
from memsvc.settings import Settings
from memsvc.wiring.amem import amem_handlers, amem_tools
from memsvc.wiring.guard import guard_handlers, guard_tools
from memsvc.wiring.llm import chat_models
from memsvc.wiring.tim import tim_handlers, tim_thinking
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.make import EmbedderSpec, embedder_from
from memsvc_agents.embed.memory_cache import MemoryEmbeddingCache
from memsvc_agents.llm.metered import MeteredModels
from memsvc_agents.rerank.cross_encoder import CrossEncoderReranker
from memsvc_retrieval.amem_mode import AmemRetriever
from memsvc_retrieval.blended import BlendSettings
from memsvc_retrieval.by_mode import ByMode
from memsvc_retrieval.graph.expansion import LinkUse
from memsvc_retrieval.graph.export import NetworkxGraphs
from memsvc_retrieval.graph.folding import Folding
from memsvc_retrieval.hybrid import FusionSettings, HybridRetriever
from memsvc_retrieval.keys.making import key_maker
from memsvc_retrieval.tim_mode import TimRetriever
from memsvc_stores.lsh import CrossPolytope
from memsvc_stores.sql import open_storage
from memsvc_stores.vectors.grouped import GroupedIndex
from memsvc_stores.vectors.tiered import TieredVectorIndex

__all__ = ["App", "build", "database_url", "prepare_data_dir"]

_JOBS_KEPT = timedelta(days=7)
_RESPONSES_KEPT = timedelta(hours=24)
_CALLS_KEPT = timedelta(days=400)


def utc_now() -> datetime:
    return datetime.now(UTC)


def prepare_data_dir(path: Path) -> Path:
    """Create the data directory for the owner alone; raises StorageReadOnly when it cannot be written."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StorageReadOnly(
            f"the data directory {path} cannot be written ({error.strerror}); make it writable or set "
            "MEMSVC_DATA_DIR to another one"
        ) from error
    return path


def database_url(settings: Settings) -> str:
    """Return the database's URL: the one that is set, or SQLite in the data directory."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"sqlite:///{settings.data_dir.absolute() / 'memsvc.db'}"


@dataclass(frozen=True, slots=True)
class App:
    """A service with all its parts; use it as a context manager or call `close`."""

    settings: Settings
    storage: Storage
    index: KeyIndex
    embedder: Embedder
    service: MemoryService
    runner: Runner
    llm: MeteredModels | None = None
    recall_counts: RecallCounts | None = None

    def run_worker(self, stop: threading.Event) -> None:
        """Run background jobs until `stop` is set."""
        self.runner.run(stop)

    def close(self) -> None:
        if self.llm is not None:
            self.llm.close()
        if self.recall_counts is not None:
            self.recall_counts.close()
        self.index.close()
        self.storage.close()

    def __enter__(self) -> App:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def build(
    settings: Settings,
    *,
    storage: Storage | None = None,
    embedder: Embedder | None = None,
    reranker: Reranker | None = None,
    llm: ChatModel | None = None,
    clock: Clock = utc_now,
) -> App:
    """Compose the service; a storage, embedder, reranker or model given takes the place of the settings' own."""
    data_dir = prepare_data_dir(settings.data_dir)
    storage = storage or open_storage(
        database_url(settings),
        timeout=settings.database_timeout,
        pool_size=settings.threads + 1 + settings.worker_threads,
    )
    embedder = embedder or _embedder(settings)
    index = _index(settings, data_dir)
    models = chat_models(settings.llm, storage.llm_ledger, clock=clock, model=llm)
    recall_counts = RecallCounts(storage, clock)
    hashing = CrossPolytope()
    context = Context(
        storage=storage,
        index=index,
        embedder=embedder,
        retriever=ByMode(
            HybridRetriever(index, _fusion(settings)),
            {Mode.AMEM: AmemRetriever(index), Mode.TIM: TimRetriever(index, hashing)},
        ),
        drafter=Drafter(IdFactory(clock, secrets.randbits), key_maker(settings.keys), embedder),
        hashing=hashing,
        thinking=tim_thinking(),
        amem=amem_tools(),
        graphs=NetworkxGraphs(),
        clock=clock,
        limits=Limits(content_chars=settings.max_content_chars),
        recall_depth=settings.recall_depth,
        save_rows=settings.index_save_rows,
        reranking=_reranking(settings, reranker),
        llm=models,
        recall_counts=recall_counts,
        guard=guard_tools(settings.guard),
    )
    handlers, chores = _handlers(context), _chores(context, settings)
    runner = Runner(storage.jobs, handlers, clock=clock, chores=chores, options=_worker(settings))
    return App(settings, storage, index, embedder, MemoryService(context), runner, models, recall_counts)


def _index(settings: Settings, data_dir: Path) -> KeyIndex:
    """Open an index for each group of keys; A-MEM's, which few namespaces use, has an eighth of the budget."""
    whole = settings.index_memory_bytes
    parts = {
        KeyGroup.WHOLE: ("indexes", whole * 7 // 16),
        KeyGroup.DRAWN: ("indexes-drawn", whole * 7 // 16),
        KeyGroup.AMEM: ("indexes-amem", whole // 8),
    }
    return GroupedIndex(
        {
            group: TieredVectorIndex(
                data_dir / folder,
                memory_bytes=memory_bytes,
                exact_keys=settings.index_exact_keys,
                flat_keys=settings.index_flat_keys,
            )
            for group, (folder, memory_bytes) in parts.items()
        }
    )


def _fusion(settings: Settings) -> FusionSettings:
    blending = BlendSettings(
        time=settings.time_ranges,
        folding=Folding() if settings.recall_thoughts == "fold" else None,
        links=LinkUse() if settings.recall_links == "on" else None,
    )
    return FusionSettings(fusion=settings.fusion, blending=blending, rrf_k=settings.rrf_k)


def _embedder(settings: Settings) -> Embedder:
    chosen = settings.embedder
    embedder = embedder_from(
        EmbedderSpec(
            kind=chosen.kind,
            path=chosen.path,
            url=chosen.url,
            model=chosen.model,
            dimension=chosen.dimension,
            api_key=chosen.api_key.get_secret_value() if chosen.api_key else "",
            threads=chosen.threads,
            daily_characters=chosen.daily_characters,
        )
    )
    cache = MemoryEmbeddingCache(chosen.text_cache)
    return CachedEmbedder(embedder, cache, query_cache_size=chosen.query_cache)


def _reranking(settings: Settings, reranker: Reranker | None) -> Reranking | None:
    chosen = settings.reranker
    if reranker is None and chosen.path is not None:
        reranker = CrossEncoderReranker(chosen.path, threads=chosen.threads, max_tokens=chosen.tokens)
    return Reranking(reranker, chosen.depth) if reranker is not None else None


def _chores(context: Context, settings: Settings) -> Sequence[Chore]:
    storage = context.storage
    answers_kept = timedelta(days=settings.llm.cache_days)
    return (
        lambda now: storage.jobs.prune(before=now - _JOBS_KEPT),
        lambda now: storage.prune_responses(before=now - _RESPONSES_KEPT),
        lambda now: storage.llm_ledger.prune(answers_before=now - answers_kept, calls_before=now - _CALLS_KEPT),
        lambda now: queue_sweeps(context, now=now),
    )


def _worker(settings: Settings) -> WorkerOptions:
    """Return how the worker works; an erasure that was acknowledged is tried for days."""
    policy = JobPolicy(max_seconds=settings.job_max_seconds)
    return WorkerOptions(
        worker=f"worker-{os.getpid()}-{secrets.token_hex(3)}",
        threads=settings.worker_threads,
        policy=policy,
        policies={ERASE: replace(policy, attempts=100, longest_wait=3600.0)},
    )


def _handlers(context: Context) -> Mapping[str, Handler]:
    """Return what is done for each kind of jobs; one whose effects must not happen twice finishes in its write."""

    def scope(run: JobContext) -> Scope:
        return Scope(run.job.tenant, run.job.namespace)

    def save(run: JobContext) -> None:
        save_index(context, scope(run))

    def erase(run: JobContext) -> None:
        finish_erasure(context, scope(run), int(str(run.job.payload["namespace_row"])))

    def key(run: JobContext) -> None:
        notes = run.job.payload["notes"]
        assert isinstance(notes, list)
        key_notes(context, scope(run), [NoteId(str(note)) for note in notes])

    def remake(run: JobContext) -> None:
        with suppress(NotFound):
            rehash(context, scope(run), on_page=run.check)

    own: dict[str, Handler] = {
        SAVE_INDEX: save,
        ERASE: erase,
        KEY_NOTES: key,
        REHASH: remake,
        SWEEP: partial(sweep_job, context),
    }
    return {**own, **amem_handlers(context), **tim_handlers(context), **guard_handlers(context)}
