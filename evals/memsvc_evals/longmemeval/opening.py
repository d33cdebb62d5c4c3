"""Which retriever a run uses, and how a process opens it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc.wire import Mode as WireMode
from memsvc_evals.longmemeval.expansion.choice import ExpansionChoice
from memsvc_evals.longmemeval.retrievers import OfficialBm25Retriever, Retriever

__all__ = ["EmbedderName", "RetrieverChoice", "RetrieverName"]


class RetrieverName(StrEnum):
    BM25_OFFICIAL = "bm25-official"
    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"


_MODES: Mapping[RetrieverName, WireMode] = {
    RetrieverName.LEXICAL: "lexical",
    RetrieverName.DENSE: "dense",
    RetrieverName.HYBRID: "hybrid",
}


class EmbedderName(StrEnum):
    ONNX = "onnx"
    HASHING = "hashing"


@dataclass(frozen=True, slots=True)
class RetrieverChoice:
    """`url` and `api_key` name a running service, None runs one in the process that opens it.

    `expansion` joins cached expansions to the documents of the official replica.
    """

    retriever: RetrieverName = RetrieverName.HYBRID
    embedder: EmbedderName = EmbedderName.ONNX
    cache: Path | None = None
    url: str | None = None
    api_key: str | None = None
    expansion: ExpansionChoice | None = None

    @contextmanager
    def open(self) -> Iterator[Retriever]:
        """Yield the retriever; raises StorageReadOnly when the cache file cannot be used, InvalidInput."""
        official = self.retriever is RetrieverName.BM25_OFFICIAL
        if self.expansion is not None and not official:
            raise InvalidInput("--expansion needs --retriever bm25-official; the service draws keys of its own")
        if official:
            yield OfficialBm25Retriever() if self.expansion is None else self.expansion.open()
            return
        mode = _MODES[self.retriever]
        # Here and not at the top: the service and the client need libraries that the official replica does not.
        if self.url:
            from memsvc_evals.longmemeval.over_rest import open_rest_retriever

            with open_rest_retriever(self.url, self.api_key, mode) as remote:
                yield remote
            return
        from memsvc_evals.longmemeval.in_process import open_service_retriever

        with open_service_retriever(Mode(mode), embedder=self.embedder.value, cache=self.cache) as local:
            yield local
