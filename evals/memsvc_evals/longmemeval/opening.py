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
from memsvc_evals.longmemeval.time_pruning import open_time_pruning
from memsvc_evals.service_options import ServiceOptions, TimeUse

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

    `service` sets that one up. `expansion` joins cached expansions to the documents of the official replica,
    `events` are those by which it moves sessions. Raises InvalidInput for what does not go together.
    """

    retriever: RetrieverName = RetrieverName.HYBRID
    embedder: EmbedderName = EmbedderName.ONNX
    cache: Path | None = None
    url: str | None = None
    api_key: str | None = None
    expansion: ExpansionChoice | None = None
    service: ServiceOptions = ServiceOptions()  # noqa: RUF009 - a frozen value
    events: Path | None = None

    def __post_init__(self) -> None:
        if self.expansion is not None and not self._is_official:
            raise InvalidInput("--expansion needs --retriever bm25-official; the service draws keys of its own")
        if self._prunes != (self.events is not None):
            raise InvalidInput(
                "--time prune with --retriever bm25-official and --events FILE go together; the service finds the "
                "times of notes by itself"
            )
        refused = [name for name in self.service.given if not (name == "--time" and self._prunes)]
        if refused and (self._is_official or self.url):
            other = f"--retriever {self.retriever}" if self._is_official else "--url"
            raise InvalidInput(f"{', '.join(refused)} set up the service in this process, not with {other}")

    @property
    def _is_official(self) -> bool:
        return self.retriever is RetrieverName.BM25_OFFICIAL

    @property
    def _prunes(self) -> bool:
        return self._is_official and self.service.time is TimeUse.PRUNE

    @contextmanager
    def open(self) -> Iterator[Retriever]:
        """Yield the retriever; raises StorageReadOnly when the cache file cannot be used, InvalidInput."""
        if self._is_official:
            yield self._official()
            return
        mode = _MODES[self.retriever]
        # Here and not at the top: the service and the client need libraries that the official replica does not.
        if self.url:
            from memsvc_evals.longmemeval.over_rest import open_rest_retriever

            with open_rest_retriever(self.url, self.api_key, mode) as remote:
                yield remote
            return
        from memsvc_evals.longmemeval.in_process import open_service_retriever

        with open_service_retriever(
            Mode(mode), embedder=self.embedder.value, cache=self.cache, options=self.service
        ) as local:
            yield local

    def _official(self) -> Retriever:
        ranked: Retriever = OfficialBm25Retriever() if self.expansion is None else self.expansion.open()
        return ranked if self.events is None else open_time_pruning(ranked, self.events)
