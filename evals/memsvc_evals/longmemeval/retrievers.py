"""What a run compares: anything that ranks a question's documents."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Protocol

from memsvc_evals.longmemeval.bm25_official import OfficialBm25
from memsvc_evals.longmemeval.corpus import Corpora, Document, build_corpora
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.runs import QuestionRun

__all__ = ["OfficialBm25Retriever", "Retriever"]


class Retriever(Protocol):
    @property
    def config(self) -> Mapping[str, Any]:
        """Return what decides its rankings, for the report and for resuming."""

    def corpora(self, question: Question) -> Corpora:
        """Return the documents to rank and to score."""

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        """Ingest the question's haystack into a place of its own and rank all documents."""


class OfficialBm25Retriever:
    """The official flat-bm25 baseline; no service behind it."""

    config: Mapping[str, Any] = {"retriever": "bm25-official"}

    def corpora(self, question: Question) -> Corpora:
        return build_corpora(question)

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        sessions, session_times = _ranked(corpora.sessions, question.text)
        turns, turn_times = _ranked(corpora.turns, question.text)
        return QuestionRun(
            question=question.id,
            sessions=tuple(sessions),
            turns=tuple(turns),
            found_sessions=len(sessions),
            found_turns=len(turns),
            ingest_seconds=session_times[0] + turn_times[0],
            recall_seconds=(session_times[1], turn_times[1]),
            notes=len(corpora.turns),
            text_bytes=question.text_bytes,
        )


def _ranked(documents: tuple[Document, ...], query: str) -> tuple[list[int], tuple[float, float]]:
    """Return the ranking, and the seconds of indexing and of the query."""
    if not documents:
        return [], (0.0, 0.0)
    start = perf_counter()
    index = OfficialBm25([document.text for document in documents])
    indexed = perf_counter()
    ranking = index.ranking(query)
    return ranking, (indexed - start, perf_counter() - indexed)
