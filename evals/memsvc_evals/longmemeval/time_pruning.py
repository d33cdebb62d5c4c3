"""The official use of the time that a question asks about: sessions with an event in it come first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from time import perf_counter
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.corpus import Corpora, Document
from memsvc_evals.longmemeval.expansion.event_file import EventsOfQuestion, read_event_file
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.retrievers import Retriever
from memsvc_evals.longmemeval.runs import QuestionRun
from memsvc_evals.service_options import TimeUse
from memsvc_retrieval.temporal.ranges import TimeRange, question_range

__all__ = ["TimePruningRetriever", "open_time_pruning"]


class TimePruningRetriever:
    """Ranks as another retriever does, then moves what has an event in the time asked about to the front.

    Otherwise the order stays, and nothing is left out. Rules draw the range where the original asks a model; it
    is two days wider at both ends, and none when it begins on the question's day. As in the original, an event is
    where its `date` is, and documents are matched by their ids: a session's is that of a session in the range, a
    turn's holds one. So `noans` documents, whose ids are not those of the haystack, are never in the range, which
    tells distractors from evidence: figures compare with published ones, and are better than they should be.
    """

    def __init__(self, inner: Retriever, events: Mapping[str, EventsOfQuestion], *, digest: str) -> None:
        self.config: Mapping[str, Any] = {
            **inner.config,
            "time_ranges": TimeUse.PRUNE.value,
            "events_sha256": digest,
        }
        self._inner = inner
        self._events = events

    def corpora(self, question: Question) -> Corpora:
        return self._inner.corpora(question)

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        """Rank and move; raises InvalidInput when the question or a session of it has no place in the events."""
        run = self._inner.rank(question, corpora)
        start = perf_counter()
        when = question_range(question.text, question.asked_at)
        found = () if when is None else _sessions_in(when, question, self._of(question))
        sessions = {i for i, document in enumerate(corpora.sessions) if document.id in found}
        turns = {i for i, document in enumerate(corpora.turns) if _holds_one(document, found)}
        seconds = perf_counter() - start
        return replace(
            run,
            sessions=_first(sessions, run.sessions),
            turns=_first(turns, run.turns),
            recall_seconds=tuple(each + seconds for each in run.recall_seconds),
        )

    def _of(self, question: Question) -> EventsOfQuestion:
        events = self._events.get(question.id)
        if events is None:
            raise InvalidInput(f"question {question.id}: is not in the file of events")
        if len(events) != len(question.haystack):
            raise InvalidInput(
                f"question {question.id}: the file of events has {len(events)} sessions, its haystack "
                f"{len(question.haystack)}"
            )
        return events


def open_time_pruning(inner: Retriever, path: Path) -> TimePruningRetriever:
    """Read the file of events; raises InvalidInput that names it."""
    events = read_event_file(path)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    return TimePruningRetriever(inner, events, digest=digest)


def _sessions_in(when: TimeRange, question: Question, events: EventsOfQuestion) -> frozenset[str]:
    return frozenset(
        session.id
        for session, of_session in zip(question.haystack, events, strict=True)
        if any(when.holds(datetime.combine(event.start, time(), when.start.tzinfo)) for event in of_session or ())
    )


def _holds_one(document: Document, sessions: Iterable[str]) -> bool:
    return any(session in document.id for session in sessions)


def _first(chosen: set[int], ranking: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(ranking, key=lambda document: document not in chosen))
