"""The official BM25 over expanded documents; no service behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any, Protocol

from memsvc_evals.longmemeval.bm25_official import OfficialBm25
from memsvc_evals.longmemeval.corpus import Corpora, Document, build_corpora
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.expansion.clean import join_clean
from memsvc_evals.longmemeval.expansion.official import join_official
from memsvc_evals.longmemeval.expansion.options import Form, Style
from memsvc_evals.longmemeval.expansion.pooling import pooled_ranking
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.retrievers import OfficialBm25Retriever
from memsvc_evals.longmemeval.runs import QuestionRun

__all__ = ["CleanBm25Retriever", "ExpansionRetriever", "OfficialJoinRetriever"]


class ExpansionRetriever(Protocol):
    """A retriever that also says what it ranks, since the official join makes other documents with other gold."""

    @property
    def config(self) -> Mapping[str, Any]: ...

    def corpora(self, question: Question) -> Corpora:
        """Return the documents to rank and to score."""

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun: ...


class OfficialJoinRetriever:
    """Ranks what the official join makes of the documents, and lets it be scored with the gold in their ids."""

    def __init__(self, cache: ExpansionCache, form: Form, *, digest: str) -> None:
        self.config: Mapping[str, Any] = _config(cache, form, Style.OFFICIAL, digest)
        self._cache = cache
        self._form = form

    def corpora(self, question: Question) -> Corpora:
        """Return the joined documents of the level that is expanded, and those of the other as they are."""
        corpora = build_corpora(question)
        if self._cache.expansion.level == "session":
            return replace(corpora, sessions=self._joined(question, corpora.sessions))
        return replace(corpora, turns=self._joined(question, corpora.turns))

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        return OfficialBm25Retriever().rank(question, corpora)

    def _joined(self, question: Question, documents: tuple[Document, ...]) -> tuple[Document, ...]:
        return join_official(question, documents, cache=self._cache, form=self._form)


class CleanBm25Retriever:
    """Ranks the documents by their best key; they and their gold are those without expansion."""

    def __init__(self, cache: ExpansionCache, form: Form, *, digest: str) -> None:
        self.config: Mapping[str, Any] = _config(cache, form, Style.CLEAN, digest)
        self._cache = cache
        self._form = form

    def corpora(self, question: Question) -> Corpora:
        return build_corpora(question)

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        plain = OfficialBm25Retriever().rank(question, corpora)
        of_sessions = self._cache.expansion.level == "session"
        documents = corpora.sessions if of_sessions else corpora.turns
        if not documents:
            return plain
        start = perf_counter()
        items = join_clean(question, documents, cache=self._cache, form=self._form)
        index = OfficialBm25([key for item in items for key in item.keys])
        indexed = perf_counter()
        ranking = pooled_ranking(items, index.scores(question.text).tolist())
        seconds = perf_counter() - indexed
        sessions, turns = plain.recall_seconds
        return replace(
            plain,
            sessions=ranking if of_sessions else plain.sessions,
            turns=plain.turns if of_sessions else ranking,
            ingest_seconds=plain.ingest_seconds + indexed - start,
            recall_seconds=(seconds, turns) if of_sessions else (sessions, seconds),
        )


def _config(cache: ExpansionCache, form: Form, style: Style, digest: str) -> dict[str, Any]:
    return {
        "retriever": "bm25-official",
        "expansion": cache.expansion,
        "join": str(form),
        "join_style": style,
        "expansion_sha256": digest,
    }
