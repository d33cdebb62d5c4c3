"""The official retrieval log: JSON lines that the official reader takes."""

from __future__ import annotations

from typing import Any

from memsvc_evals.longmemeval.averages import QuestionScores
from memsvc_evals.longmemeval.corpus import Corpora, Document
from memsvc_evals.longmemeval.metrics import CUTS
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.runs import QuestionRun

__all__ = ["log_entry"]

_OFFICIAL = ("recall_any", "recall_all", "ndcg_any")


def log_entry(
    question: Question, corpora: Corpora, run: QuestionRun, scores: QuestionScores, *, granularity: str
) -> dict[str, Any]:
    """Return one line of `<prefix>_retrievallog_<granularity>_<retriever>`; granularity is session or turn."""
    if granularity == "session":
        documents, ranking = corpora.sessions, run.sessions
        metrics = {"session": _official(scores, "session"), "turn": {}}
    else:
        documents, ranking = corpora.turns, run.turns
        metrics = {"session": _official(scores, "turn2session"), "turn": _official(scores, "turn")}
    items = [_item(question, documents[index]) for index in ranking]
    results = {"query": question.text, "ranked_items": items, "metrics": metrics}
    return question.to_official() | {"retrieval_results": results}


def _item(question: Question, document: Document) -> dict[str, str]:
    timestamp = question.haystack[document.session].date
    return {"corpus_id": document.id, "text": document.text, "timestamp": timestamp}


def _official(scores: QuestionScores, level: str) -> dict[str, float]:
    metrics = scores.metrics[(level, "labels")]
    return {f"{name}@{k}": metrics[f"{name}@{k}"] for k in CUTS for name in _OFFICIAL}
