"""Ranking through the service's own use cases, one isolated namespace per question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter

from memsvc.domain.drafts import NewSession, NewTurn, SessionStatus
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Level, Mode, RecallQuery, RecallResult
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import ServerFault
from memsvc.memory.service import MemoryService
from memsvc_evals.longmemeval.corpus import Corpora
from memsvc_evals.longmemeval.opaque import OpaqueIds, Places
from memsvc_evals.longmemeval.runs import QuestionRun, complete
from memsvc_evals.longmemeval.schema import LmeSession, Question

__all__ = ["PAGE", "ServiceRetriever", "by_date", "has_words"]

PAGE = 1000
_DEPTH = 100_000
_ACTOR = Actor("eval")


def by_date(question: Question) -> list[tuple[int, LmeSession]]:
    """Return (position, session) sorted by date: the file's order is not always that of time."""
    return sorted(enumerate(question.haystack), key=lambda pair: pair[1].at)


def has_words(session: LmeSession) -> bool:
    """Return whether the session says anything: a blank one cannot be remembered."""
    return any(turn.content.strip() for turn in session.turns)


class ServiceRetriever:
    """Remembers a haystack and recalls all of it at both levels.

    `embedded` reports how many texts the model has embedded so far.
    """

    def __init__(
        self,
        memory: MemoryService,
        mode: Mode,
        *,
        embedded: Callable[[], int] = lambda: 0,
        salt: str = "",
    ) -> None:
        self._memory = memory
        self._mode = mode
        self._embedded = embedded
        self._salt = salt

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        """Rank through the service; the namespace is erased afterwards.

        Raises ServerFault when a session was not stored or an arm could not answer.
        """
        ids = OpaqueIds(question.id, self._salt)
        scope = Scope.of("eval", ids.namespace)
        places = Places(question, corpora, ids)
        before = self._embedded()
        start = perf_counter()
        notes = self._ingest(question, scope, ids)
        ingested = perf_counter()
        sessions = [places.session(found) for found in self._sessions(scope, question.text)]
        ranked_sessions = perf_counter()
        turns = self._turns(scope, question.text, places)
        ranked_turns = perf_counter()
        self._memory.purge_namespace(scope, actor=_ACTOR)
        return QuestionRun(
            question=question.id,
            sessions=complete(sessions, len(corpora.sessions)),
            turns=complete(turns, len(corpora.turns)),
            found_sessions=len(set(sessions)),
            found_turns=len(set(turns)),
            ingest_seconds=ingested - start,
            recall_seconds=(ranked_sessions - ingested, ranked_turns - ranked_sessions),
            notes=notes,
            embedded=self._embedded() - before,
        )

    def _ingest(self, question: Question, scope: Scope, ids: OpaqueIds) -> int:
        sessions = [
            NewSession(
                turns=tuple(NewTurn(turn.role, turn.content) for turn in session.turns),
                id=SessionId(ids.session(position)),
                started_at=session.at,
            )
            for position, session in by_date(question)
            if has_words(session)
        ]
        outcomes = self._memory.remember_sessions(scope, sessions, actor=_ACTOR).outcomes
        for outcome in outcomes:
            degraded = [reason for part in outcome.rounds for reason in part.degraded]
            if outcome.status is SessionStatus.FAILED or degraded:
                reason = outcome.error.detail if outcome.error else ", ".join(degraded)
                raise ServerFault(f"question {question.id}: a session was not stored as it should be: {reason}")
        return sum(len(outcome.rounds) for outcome in outcomes)

    def _sessions(self, scope: Scope, text: str) -> list[str]:
        return [hit.session.id for page in self._pages(scope, text, Level.SESSION) for hit in page.sessions]

    def _turns(self, scope: Scope, text: str, places: Places) -> list[int]:
        ranked = []
        for page in self._pages(scope, text, Level.NOTE):
            for hit in page.hits:
                if hit.note.session is None or hit.note.position is None:
                    continue
                for i in range(len(hit.note.turns)):
                    turn = places.turn(hit.note.session, hit.note.position + i)
                    if turn is not None:
                        ranked.append(turn)
        return ranked

    def _pages(self, scope: Scope, text: str, level: Level) -> Iterator[RecallResult]:
        query = RecallQuery(text, k=PAGE, mode=self._mode, level=level, depth=_DEPTH)
        while True:
            page = self._memory.recall(scope, query)
            if page.degraded:
                raise ServerFault(f"recall was degraded: {'; '.join(page.degraded)}")
            yield page
            if page.next_offset is None:
                return
            query = replace(query, offset=page.next_offset)
