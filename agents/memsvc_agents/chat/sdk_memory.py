"""A memory service as the agent's memory, through the SDK: what an agent of your own may do likewise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from memsvc.client import Client
from memsvc.domain.recall import Influence
from memsvc.wire import Note
from memsvc_agents.chat.memory import Kept, Memory, Said

__all__ = ["SdkMemory"]


class SdkMemory:
    """One session of one namespace."""

    def __init__(self, client: Client, *, session: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._session = session
        self._started = clock()
        self._turns: list[Said] = []

    def recall(self, question: str, *, k: int) -> Sequence[Memory]:
        found = self._client.recall(question, k=k).hits
        hits = [(hit, Influence(hit.influence)) for hit in found]
        return [
            Memory(hit.note.id, _text(hit.note), hit.note.event_time, hit.score, influence)
            for hit, influence in hits
            if influence is not Influence.NONE
        ]

    def keep(self, turns: Sequence[Said], *, recalled: Sequence[str]) -> Kept:
        self._turns += turns
        answered = any(turn.role != "user" for turn in turns)
        outcome = self._client.remember_session(
            [{"role": turn.role, "content": turn.content} for turn in self._turns],
            id=self._session,
            started_at=self._started,
            recalled=recalled if answered else (),
        )
        notes = tuple(part.note for part in outcome.rounds if part.note is not None)
        degraded = tuple(reason for part in outcome.rounds for reason in part.degraded)
        if not notes:
            return Kept(notes, 0, degraded)
        thought = self._client.post_think(notes, recalled=recalled)
        return Kept(notes, len(thought.thoughts), (*degraded, *thought.degraded))


def _text(note: Note) -> str:
    """Return who said what, or the content of a note that is not made of turns."""
    return "\n".join(f"{turn.role}: {turn.content}" for turn in note.turns) or note.content
