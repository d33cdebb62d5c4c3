"""The loop's memory: the service inside this process, with one namespace per user."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from memsvc.domain.drafts import NewSession, NewTurn, OutcomeStatus
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Kind, Note
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc.memory.service import MemoryService
from memsvc_agents.embed.make import EmbedderKind
from memsvc_evals.gvd.dialogues import Dialogue, User
from memsvc_evals.gvd.loop import started
from memsvc_evals.gvd.scoring import Found
from memsvc_evals.local_service import ACTOR, open_local_service, require_whole, stored_notes

__all__ = ["InProcessAgent", "open_agent"]


class InProcessAgent:
    """`config` goes into reports; without `thinking` rounds are only remembered."""

    def __init__(self, service: MemoryService, mode: Mode, *, thinking: bool, config: Mapping[str, Any]) -> None:
        self._service = service
        self._mode = mode
        self._thinking = thinking
        self._recalled: tuple[NoteId, ...] = ()
        self.config = config

    def recall(self, user: User, question: str, *, k: int, at: datetime) -> Sequence[Found]:
        query = RecallQuery(question, k=k, mode=self._mode, asked_at=at)
        result = self._service.recall(_scope(user), query)
        if self._mode is not Mode.TIM:  # which says so when there are no thoughts yet
            require_whole(result)
        self._recalled = tuple(hit.note.id for hit in result.hits)
        rounds = {note.id: note for hit in result.hits for note in self._rounds(user, hit.note)}
        return [_found(note) for note in list(rounds.values())[:k]]

    def remember(self, user: User, dialogue: Dialogue, *, rounds: int) -> int:
        turns = [
            turn
            for part in dialogue.rounds[:rounds]
            for turn in (NewTurn("user", part.query), NewTurn("assistant", part.response))
        ]
        session = NewSession(tuple(turns), SessionId(dialogue.day.isoformat()), started(dialogue.day))
        (outcome,) = self._service.remember_sessions(_scope(user), [session], actor=ACTOR).outcomes
        stored_notes(outcome)
        new = [part.note for part in outcome.rounds if part.status is OutcomeStatus.CREATED and part.note]
        if not (self._thinking and new):
            return 0
        return len(self._service.post_think(_scope(user), new, actor=ACTOR, recalled=self._recalled).thoughts)

    def forget_user(self, user: User) -> None:
        self._service.purge_namespace(_scope(user), actor=ACTOR)

    def _rounds(self, user: User, note: Note) -> Sequence[Note]:
        """Return the round itself, or those that a thought was made from."""
        if note.kind is Kind.ROUND:
            return [note]
        sources = self._service.thought(_scope(user), note.id).sources
        return [
            part
            for source in sources
            for part in self._rounds(user, self._service.note(_scope(user), source.source))
        ]


@contextmanager
def open_agent(
    mode: Mode, *, thinking: bool, embedder: EmbedderKind, cache: Path | None
) -> Iterator[InProcessAgent]:
    """Yield an agent over a new store that is deleted afterwards; `cache` keeps vectors between runs."""
    with open_local_service(mode, embedder=embedder, cache=cache) as local:
        config = dict(local.config) | {"thoughts": "rules" if thinking else "none"}
        yield InProcessAgent(local.service, mode, thinking=thinking, config=config)


def _found(note: Note) -> Found:
    assert note.session is not None  # every round of the loop is of a day's session
    return Found(date.fromisoformat(note.session), " ".join(turn.content for turn in note.spoken()))


def _scope(user: User) -> Scope:
    return Scope.of("eval", f"gvd-{hashlib.sha256(user.name.encode()).hexdigest()[:24]}")
