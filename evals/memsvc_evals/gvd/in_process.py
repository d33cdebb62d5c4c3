"""The loop's memory: the service inside this process, with one namespace per user."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc.memory.service import MemoryService
from memsvc_agents.embed.make import EmbedderKind
from memsvc_evals.gvd.dialogues import Dialogue, User
from memsvc_evals.gvd.loop import started
from memsvc_evals.gvd.scoring import Found
from memsvc_evals.local_service import ACTOR, open_local_service, require_whole, stored_notes

__all__ = ["InProcessAgent", "open_agent"]


@dataclass(frozen=True, slots=True)
class InProcessAgent:
    """`config` goes into reports."""

    service: MemoryService
    mode: Mode
    config: Mapping[str, Any]

    def recall(self, user: User, question: str, *, k: int, at: datetime) -> Sequence[Found]:
        query = RecallQuery(question, k=k, mode=self.mode, asked_at=at)
        result = require_whole(self.service.recall(_scope(user), query))
        return [
            Found(date.fromisoformat(hit.note.session), " ".join(turn.content for turn in hit.note.spoken()))
            for hit in result.hits
            if hit.note.kind is Kind.ROUND and hit.note.session is not None
        ]

    def remember(self, user: User, dialogue: Dialogue, *, rounds: int) -> int:
        turns = [
            turn
            for part in dialogue.rounds[:rounds]
            for turn in (NewTurn("user", part.query), NewTurn("assistant", part.response))
        ]
        session = NewSession(tuple(turns), SessionId(dialogue.day.isoformat()), started(dialogue.day))
        (outcome,) = self.service.remember_sessions(_scope(user), [session], actor=ACTOR).outcomes
        stored_notes(outcome)
        return 0

    def forget_user(self, user: User) -> None:
        self.service.purge_namespace(_scope(user), actor=ACTOR)


@contextmanager
def open_agent(mode: Mode, *, embedder: EmbedderKind, cache: Path | None) -> Iterator[InProcessAgent]:
    """Yield an agent over a new store that is deleted afterwards; `cache` keeps vectors between runs."""
    with open_local_service(mode, embedder=embedder, cache=cache) as local:
        yield InProcessAgent(local.service, mode, local.config)


def _scope(user: User) -> Scope:
    return Scope.of("eval", f"gvd-{hashlib.sha256(user.name.encode()).hexdigest()[:24]}")
