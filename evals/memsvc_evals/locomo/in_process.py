"""The service inside this process, with one namespace per conversation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from memsvc.app import build
from memsvc.domain.drafts import NewSession, NewTurn, SessionOutcome, SessionStatus
from memsvc.domain.ids import SessionId
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import ServerFault
from memsvc.memory.service import MemoryService
from memsvc.ports.embedding import Embedder
from memsvc.settings import Settings
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.make import EmbedderKind, EmbedderSpec, embedder_from
from memsvc_evals.counting import CountingEmbedder
from memsvc_evals.locomo.conversation import Conversation, LocomoSession
from memsvc_stores.sql import open_storage

__all__ = ["InProcessConversations", "open_conversations", "scope_of"]

_ACTOR = Actor("eval")
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
        outcomes = self.service.remember_sessions(scope_of(conversation), new, actor=_ACTOR).outcomes
        return sum(_stored_notes(outcome) for outcome in outcomes)

    def recall(self, conversation: Conversation, text: str, *, k: int) -> list[str]:
        """Return the dia_ids of the k best notes, best first, from one recall with the service's defaults."""
        result = self.service.recall(scope_of(conversation), RecallQuery(text, k=k, mode=self.mode))
        if result.degraded:
            raise ServerFault(f"recall was degraded: {'; '.join(result.degraded)}")
        turns = {_session_id(session): session.turns for session in conversation.sessions}
        return [
            turn.dia_id
            for hit in result.hits
            if hit.note.session is not None and hit.note.position is not None
            for turn in turns[hit.note.session][hit.note.position :][: len(hit.note.turns)]
        ]

    def erase(self, conversation: Conversation) -> None:
        self.service.purge_namespace(scope_of(conversation), actor=_ACTOR)


@contextmanager
def open_conversations(
    mode: Mode, *, embedder: EmbedderKind, cache: Path | None
) -> Iterator[InProcessConversations]:
    """Yield a new store that is deleted afterwards; `cache` keeps vectors between runs.

    Raises StorageReadOnly when the cache file cannot be used.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="memsvc-eval-")))
        counted = CountingEmbedder(embedder_from(EmbedderSpec(kind=embedder)))
        used: Embedder = counted
        if cache is not None:
            used = CachedEmbedder(counted, stack.enter_context(FileEmbeddingCache(cache)))
        storage = open_storage(f"sqlite:///{folder / 'memsvc.db'}")
        app = stack.enter_context(build(Settings(data_dir=folder), storage=storage, embedder=used))
        config = {"retriever": mode.value, "model": used.model.id, "rrf_k": app.settings.rrf_k}
        yield InProcessConversations(app.service, mode, config, lambda: counted.texts)


def scope_of(conversation: Conversation) -> Scope:
    """Return the namespace of a conversation, whose own id says nothing to the service."""
    return Scope.of("eval", f"locomo-{hashlib.sha256(conversation.id.encode()).hexdigest()[:24]}")


def _session_id(session: LocomoSession) -> SessionId:
    return SessionId(f"session-{session.number}")


def _new_session(session: LocomoSession) -> NewSession:
    turns = tuple(NewTurn(_ROLE, turn.document) for turn in session.turns)
    return NewSession(turns=turns, id=_session_id(session), started_at=session.at)


def _stored_notes(outcome: SessionOutcome) -> int:
    degraded = [reason for part in outcome.rounds for reason in part.degraded]
    if outcome.status is SessionStatus.FAILED or degraded:
        reason = outcome.error.detail if outcome.error else ", ".join(degraded)
        raise ServerFault(f"a session was not stored as it should be: {reason}")
    return len(outcome.rounds)
