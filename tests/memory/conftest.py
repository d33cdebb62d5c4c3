"""The use cases over the in-memory store and over SQLite, with a clock that tests move."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memsvc.domain.ids import IdFactory
from memsvc.domain.notes import KeyGroup
from memsvc.domain.recall import Mode
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import EmbedderUnavailable
from memsvc.memory.checks import Limits
from memsvc.memory.context import Context
from memsvc.memory.drafting import Drafter
from memsvc.memory.service import MemoryService
from memsvc.ports.storage import Storage
from memsvc.wiring.amem import amem_tools
from memsvc.wiring.tim import tim_thinking
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_retrieval.amem_mode import AmemRetriever
from memsvc_retrieval.by_mode import ByMode
from memsvc_retrieval.graph.export import NetworkxGraphs
from memsvc_retrieval.hybrid import HybridRetriever
from memsvc_retrieval.keys.user_text import UserTextKeys
from memsvc_retrieval.tim_mode import TimRetriever
from memsvc_stores.lsh import CrossPolytope
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.vectors.grouped import GroupedIndex
from memsvc_stores.vectors.tiered import TieredVectorIndex

SCOPE = Scope.of("acme", "alice")
ACTOR = Actor("tester")
# Those that rank in the service's own way; the others do as their papers say.
OWN_MODES = [mode for mode in Mode if mode not in (Mode.AMEM, Mode.TIM)]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> datetime:
        self.now += timedelta(**parts)
        return self.now


class CountingEmbedder(HashingEmbedder):
    """Counts texts, fails while `broken`, and sees no more than `WINDOW` characters at once.

    `meanwhile` is called once, when something is embedded next: what others do between plan and write.
    """

    WINDOW = 2000

    def __init__(self, dimension: int = 64) -> None:
        super().__init__(dimension)
        self.texts: list[str] = []
        self.broken = False
        self.meanwhile: Callable[[], object] | None = None

    def embed(self, texts):  # type: ignore[no-untyped-def]
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            act()
        if self.broken:
            raise EmbedderUnavailable("the model is away")
        self.texts.extend(texts)
        return super().embed(texts)

    def windows(self, text: str) -> list[tuple[int, int]]:
        return [(at, min(len(text), at + self.WINDOW)) for at in range(0, len(text), self.WINDOW)]

    def embed_query(self, text):  # type: ignore[no-untyped-def]
        if self.broken:
            raise EmbedderUnavailable("the model is away")
        return super().embed_query(text)


@dataclass(frozen=True)
class World:
    """A service with the parts that a test looks at."""

    service: MemoryService
    context: Context
    storage: Storage
    embedder: CountingEmbedder
    clock: Clock


def make_world(storage: Storage, index_dir: Path) -> World:
    clock, embedder = Clock(), CountingEmbedder()
    index = GroupedIndex(
        {group: TieredVectorIndex(index_dir / group, memory_bytes=2**24, exact_keys=7) for group in KeyGroup}
    )
    context = Context(
        storage=storage,
        index=index,
        embedder=embedder,
        retriever=ByMode(
            HybridRetriever(index),
            {Mode.AMEM: AmemRetriever(index), Mode.TIM: TimRetriever(index, CrossPolytope())},
        ),
        drafter=Drafter(IdFactory(clock, random.Random(1).getrandbits), UserTextKeys(), embedder),
        hashing=CrossPolytope(),
        thinking=tim_thinking(),
        amem=amem_tools(),
        graphs=NetworkxGraphs(),
        clock=clock,
        limits=Limits(content_chars=5000),
        save_rows=8,
    )
    return World(MemoryService(context), context, storage, embedder, clock)


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "memory":
        storage: Storage = MemoryStorage()
    else:
        from memsvc_stores.sql import open_storage

        storage = open_storage(f"sqlite:///{tmp_path / 'memsvc.db'}")
    made = make_world(storage, tmp_path / "indexes")
    yield made
    made.context.index.close()
    storage.close()
