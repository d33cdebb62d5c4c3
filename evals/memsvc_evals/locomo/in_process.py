"""The service inside this process, with one namespace per conversation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc.memory.service import MemoryService
from memsvc_agents.embed.make import EmbedderKind
from memsvc_evals.local_service import ACTOR, open_local_service, require_whole, stored_notes
from memsvc_evals.locomo.conversation import Conversation, LocomoSession
from memsvc_evals.service_options import ServiceOptions

__all__ = ["InProcessConversations", "open_conversations", "scope_of"]

# Both speakers are people, and a note per turn is what dia_ids name: a user turn begins a note of its own.
_ROLE = "user"


@dataclass(frozen=True, slots=True)
class InProcessConversations:
    """Conversations in a MemoryService; `config` goes into reports, `embedded` counts embedded texts so far."""

    service: MemoryService
    mode: Mode
    config: Mapping[str, Any]
    embedded: Callable[[], int]

    def remember(self, conversation: Conversation) -> int:
        """Store the sessions in order; return the number of notes. Raises ServerFault unless all are whole."""
        new = [_new_session(session) for session in conversation.sessions]
        outcomes = self.service.remember_sessions(scope_of(conversation), new, actor=ACTOR).outcomes
        return sum(map(stored_notes, outcomes))

    def recall(self, conversation: Conversation, text: str, *, k: int) -> list[str]:
        """Return the dia_ids of the k best notes, best first, from one recall with the service's defaults.

        The file does not say when a question is asked: taken is the time of the last session, as by the clock the
        ranking would be another one on another day.
        """
        asked_at = max(session.at for session in conversation.sessions)
        query = RecallQuery(text, k=k, mode=self.mode, asked_at=asked_at)
        result = require_whole(self.service.recall(scope_of(conversation), query))
        turns = {_session_id(session): session.turns for session in conversation.sessions}
        return [
            turn.dia_id
            for hit in result.hits
            if hit.note.session is not None and hit.note.position is not None
            for turn in turns[hit.note.session][hit.note.position :][: len(hit.note.turns)]
        ]

    def erase(self, conversation: Conversation) -> None:
        self.service.purge_namespace(scope_of(conversation), actor=ACTOR)


@contextmanager
def open_conversations(
    mode: Mode, *, embedder: EmbedderKind, cache: Path | None, options: ServiceOptions | None = None
) -> Iterator[InProcessConversations]:
    """Yield a new store that is deleted afterwards; `cache` keeps vectors between runs.

    Raises StorageReadOnly when the cache file cannot be used.
    """
    with open_local_service(mode, embedder=embedder, cache=cache, options=options) as local:
        yield InProcessConversations(local.service, mode, local.config, local.embedded)


def scope_of(conversation: Conversation) -> Scope:
    """Return the namespace of a conversation, whose own id says nothing to the service."""
    return Scope.of("eval", f"locomo-{hashlib.sha256(conversation.id.encode()).hexdigest()[:24]}")


def _session_id(session: LocomoSession) -> SessionId:
    return SessionId(f"session-{session.number}")


def _new_session(session: LocomoSession) -> NewSession:
    turns = tuple(NewTurn(_ROLE, turn.document) for turn in session.turns)
    return NewSession(turns=turns, id=_session_id(session), started_at=session.at)
