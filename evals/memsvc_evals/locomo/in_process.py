"""The service inside this process, with one namespace per conversation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind, Note
from memsvc.domain.recall import Hit, Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc_evals.embedders import BenchEmbedder
from memsvc_evals.local_service import ACTOR, LocalService, open_local_service, require_whole, stored_notes
from memsvc_evals.locomo.conversation import Conversation, LocomoSession
from memsvc_evals.locomo.thoughts import Thoughts, remember_observations
from memsvc_evals.service_options import ServiceOptions

__all__ = ["InProcessConversations", "open_conversations", "scope_of"]

# Both speakers are people, and a note per turn is what dia_ids name: a user turn begins a note of its own.
_ROLE = "user"
# Several thoughts may be of the same turn.
_THOUGHTS_PER_TURN = 5


@dataclass(frozen=True, slots=True)
class InProcessConversations:
    """Conversations in a service; `config` goes into reports."""

    local: LocalService
    mode: Mode
    thoughts: Thoughts
    config: Mapping[str, Any]

    @property
    def embedded(self) -> Callable[[], int]:
        return self.local.embedded

    def remember(self, conversation: Conversation) -> int:
        """Store the sessions in order; return the number of notes. Raises ServerFault unless all are whole."""
        scope = scope_of(conversation)
        new = [_new_session(session) for session in conversation.sessions]
        self.local.work.order(scope)
        outcomes = self.local.service.remember_sessions(scope, new, actor=ACTOR).outcomes
        count = sum(map(stored_notes, outcomes))
        if self.thoughts is Thoughts.OBSERVATIONS:
            parts = [part for outcome in outcomes for part in outcome.rounds]
            turns = [turn.dia_id for session in conversation.sessions for turn in session.turns]
            notes = {turn: part.note for turn, part in zip(turns, parts, strict=True) if part.note is not None}
            remember_observations(self.local, scope, conversation, notes)
        self.local.work.do(scope)
        return count

    def recall(self, conversation: Conversation, text: str, *, k: int) -> list[str]:
        """Return the dia_ids of the k best turns, best first, from one recall with the service's defaults.

        A thought stands for the turns that it was made of. The file does not say when a question is asked: taken
        is the time of the last session, as by the clock the ranking would be another one on another day.
        """
        asked_at = max(session.at for session in conversation.sessions)
        count = k * _THOUGHTS_PER_TURN if self.mode is Mode.TIM else k
        query = RecallQuery(text, k=count, mode=self.mode, asked_at=asked_at)
        result = require_whole(self.local.service.recall(scope_of(conversation), query))
        turns = {_session_id(session): session.turns for session in conversation.sessions}
        found = (
            turn.dia_id
            for note in self._told(conversation, result.hits)
            if note.session is not None and note.position is not None
            for turn in turns[note.session][note.position :][: len(note.turns)]
        )
        return list(dict.fromkeys(found))[:k]

    def erase(self, conversation: Conversation) -> None:
        self.local.service.purge_namespace(scope_of(conversation), actor=ACTOR)

    def _told(self, conversation: Conversation, hits: Iterable[Hit]) -> list[Note]:
        """Return the hits, in place of each thought what it was made of."""
        notes = [hit.note for hit in hits]
        thoughts = [note.row for note in notes if note.kind is Kind.THOUGHT]
        if not thoughts:
            return notes
        with self.local.storage.reader(scope_of(conversation)) as reader:
            of_thought, sources = reader.derivations.source_rows(thoughts)
            told = {note.row: note for note in reader.notes_by_row(sources.tolist())}
        made_of: dict[int, list[Note]] = {}
        for thought, source in zip(of_thought.tolist(), sources.tolist(), strict=True):
            made_of.setdefault(thought, []).append(told[source])
        return [each for note in notes for each in made_of.get(note.row, [note])]


@contextmanager
def open_conversations(
    mode: Mode,
    *,
    embedder: BenchEmbedder,
    cache: Path | None,
    options: ServiceOptions | None = None,
    thoughts: Thoughts = Thoughts.NONE,
) -> Iterator[InProcessConversations]:
    """Yield a new store that is deleted afterwards; `cache` keeps vectors between runs.

    Raises StorageReadOnly when the cache file cannot be used.
    """
    with open_local_service(mode, embedder=embedder, cache=cache, options=options) as local:
        yield InProcessConversations(local, mode, thoughts, {**local.config, "thoughts": thoughts.value})


def scope_of(conversation: Conversation) -> Scope:
    """Return the namespace of a conversation, whose own id says nothing to the service."""
    return Scope.of("eval", f"locomo-{hashlib.sha256(conversation.id.encode()).hexdigest()[:24]}")


def _session_id(session: LocomoSession) -> SessionId:
    return SessionId(f"session-{session.number}")


def _new_session(session: LocomoSession) -> NewSession:
    turns = tuple(NewTurn(_ROLE, turn.document) for turn in session.turns)
    return NewSession(turns=turns, id=_session_id(session), started_at=session.at)
