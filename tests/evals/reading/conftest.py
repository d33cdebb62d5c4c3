from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from memsvc_evals.longmemeval.corpus import build_corpora
from memsvc_evals.longmemeval.question import Question
from tests.support.chat_endpoint import StubEndpoint, chat_endpoint


@pytest.fixture
def endpoint() -> Iterator[StubEndpoint]:
    """Yield a chat endpoint on the loopback without answers yet."""
    with chat_endpoint() as stub:
        yield stub


@pytest.fixture
def log_line() -> Callable[..., str]:
    """Write a question with its corpus, in the order of the file or the one given, as a line of a log."""

    def make(question: Question, level: str, order: list[int] | None = None, **changes: Any) -> str:
        corpora = build_corpora(question)
        documents = corpora.sessions if level == "session" else corpora.turns
        ranked = [documents[index] for index in order or range(len(documents))]
        items = [
            {"corpus_id": d.id, "text": d.text, "timestamp": question.haystack[d.session].date} for d in ranked
        ]
        results = {"query": question.text, "ranked_items": items, "metrics": {}} | changes
        return json.dumps(question.to_official() | {"retrieval_results": results}) + "\n"

    return make
