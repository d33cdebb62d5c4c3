"""The service inside this process, on a temporary SQLite database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from sqlite3 import Error as SqliteError
from tempfile import TemporaryDirectory

from memsvc.app import build
from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc.ports.embedding import Embedder, Matrix, Model, Vector
from memsvc.settings import Settings
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.make import EmbedderKind, EmbedderSpec, embedder_from
from memsvc_evals.longmemeval.service_retriever import ServiceRetriever
from memsvc_stores.sql import open_storage

__all__ = ["CountingEmbedder", "open_service_retriever"]


class CountingEmbedder:
    """Another embedder that counts the texts it is really asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.texts = 0

    @property
    def model(self) -> Model:
        return self._embedder.model

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.texts += len(texts)
        return self._embedder.embed(texts)

    def embed_query(self, text: str) -> Vector:
        self.texts += 1
        return self._embedder.embed_query(text)

    def windows(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.windows(text)


@contextmanager
def open_service_retriever(
    mode: Mode, *, embedder: EmbedderKind, cache: Path | None, salt: str = ""
) -> Iterator[ServiceRetriever]:
    """Yield a retriever over a new store that is deleted afterwards; `cache` keeps vectors between runs.

    Raises InvalidInput when the cache file cannot be used.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="memsvc-eval-")))
        counted = CountingEmbedder(embedder_from(EmbedderSpec(kind=embedder)))
        used: Embedder = counted
        if cache is not None:
            try:
                used = CachedEmbedder(counted, stack.enter_context(FileEmbeddingCache(cache)))
            except (SqliteError, OSError) as error:
                raise InvalidInput(f"cannot use {cache} as a cache of embeddings: {error}") from error
        storage = open_storage(f"sqlite:///{folder / 'memsvc.db'}")
        app = stack.enter_context(build(Settings(data_dir=folder), storage=storage, embedder=used))
        yield ServiceRetriever(app.service, mode, embedded=lambda: counted.texts, salt=salt)
