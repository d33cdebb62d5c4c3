"""Ranking through the service, one isolated namespace per question, in this process or over REST."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from time import perf_counter
from types import MappingProxyType
from typing import Any, Protocol

from memsvc_evals.longmemeval.corpus import Corpora, build_corpora
from memsvc_evals.longmemeval.opaque import OpaqueIds, Places
from memsvc_evals.longmemeval.question import LmeSession, Question
from memsvc_evals.longmemeval.runs import QuestionRun, complete

__all__ = ["DEPTH", "PAGE", "FoundRound", "Memory", "NamedSession", "ServiceRetriever"]

PAGE = 1000
DEPTH = 100_000
_ASKED = 3


@dataclass(frozen=True, slots=True)
class NamedSession:
    """A session under the id that the service gets to see."""

    id: str
    session: LmeSession


@dataclass(frozen=True, slots=True)
class FoundRound:
    """A round note: its session's id, the index of its first turn, and how many turns it has."""

    session: str
    position: int
    turns: int


class Memory(Protocol):
    """The service as the runner uses it; every method raises ServerFault rather than give half an answer."""

    def remember(self, namespace: str, sessions: Sequence[NamedSession]) -> int:
        """Store the sessions in order; return the number of notes."""

    def sessions(self, namespace: str, text: str, asked_at: datetime) -> list[str]:
        """Return the ids of all sessions that the question finds, best first."""

    def rounds(self, namespace: str, text: str, asked_at: datetime) -> list[FoundRound]:
        """Return all rounds that the question finds, best first."""

    def ask(self, namespace: str, text: str, asked_at: datetime) -> None:
        """Recall what the service gives by default: ten notes."""

    def erase(self, namespace: str) -> None: ...


class ServiceRetriever:
    """Remembers a haystack and recalls all of it at both levels.

    `config` goes into reports; `embedded` reports how many texts the model has embedded so far.
    """

    def __init__(
        self,
        memory: Memory,
        *,
        config: Mapping[str, Any] = MappingProxyType({}),
        embedded: Callable[[], int] = lambda: 0,
        salt: str = "",
    ) -> None:
        self.config = config
        self._memory = memory
        self._embedded = embedded
        self._salt = salt

    def corpora(self, question: Question) -> Corpora:
        return build_corpora(question)

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        """Rank through the service; the namespace is erased afterwards."""
        ids = OpaqueIds(question.id, self._salt)
        places = Places(question, corpora, ids)
        haystack = _to_remember(question, ids)
        before = self._embedded()
        start = perf_counter()
        notes = self._memory.remember(ids.namespace, haystack)
        ingested = perf_counter()
        found_sessions = self._memory.sessions(ids.namespace, question.text, question.asked_at)
        ranked_sessions = perf_counter()
        found_rounds = self._memory.rounds(ids.namespace, question.text, question.asked_at)
        ranked_turns = perf_counter()
        query_seconds = self._query_seconds(ids.namespace, question)
        self._memory.erase(ids.namespace)
        sessions = [places.session(found) for found in found_sessions]
        turns = _user_turns(found_rounds, places)
        return QuestionRun(
            question=question.id,
            sessions=complete(sessions, len(corpora.sessions)),
            turns=complete(turns, len(corpora.turns)),
            found_sessions=len(set(sessions)),
            found_turns=len(set(turns)),
            ingest_seconds=ingested - start,
            recall_seconds=(ranked_sessions - ingested, ranked_turns - ranked_sessions),
            query_seconds=query_seconds,
            notes=notes,
            embedded=self._embedded() - before,
            text_bytes=question.text_bytes,
        )

    def _query_seconds(self, namespace: str, question: Question) -> float:
        """Return the median of three recalls as a user asks them; the question is embedded by now."""
        seconds = []
        for _ in range(_ASKED):
            start = perf_counter()
            self._memory.ask(namespace, question.text, question.asked_at)
            seconds.append(perf_counter() - start)
        return median(seconds)


def _to_remember(question: Question, ids: OpaqueIds) -> list[NamedSession]:
    """Return the sessions by date, which is not always the file's order; blank ones cannot be remembered."""
    by_date = sorted(enumerate(question.haystack), key=lambda pair: pair[1].at)
    return [
        NamedSession(ids.session(position), session)
        for position, session in by_date
        if any(turn.content.strip() for turn in session.turns)
    ]


def _user_turns(rounds: Sequence[FoundRound], places: Places) -> list[int]:
    """Return the documents of the rounds' user turns; a round without one has none."""
    found = (
        places.turn(part.session, turn)
        for part in rounds
        for turn in range(part.position, part.position + part.turns)
    )
    return [turn for turn in found if turn is not None]
