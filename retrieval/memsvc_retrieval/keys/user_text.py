"""The rule that needs no model: a note is found by what the user said in it."""

from __future__ import annotations

from memsvc.domain.notes import KeyKind
from memsvc.ports.retrieval import DrawnKey, KeySpan, Passage

__all__ = ["UserTextKeys"]


class UserTextKeys:
    """One key per user turn with text; without one, a single key of the whole content."""

    version = "text-1"

    def keys(self, passage: Passage) -> list[KeySpan | DrawnKey]:
        spans: list[KeySpan | DrawnKey] = [
            KeySpan(KeyKind.USER, turn.start, turn.end)
            for turn in passage.turns
            if turn.role == "user" and passage.content[turn.start : turn.end].strip()
        ]
        return spans or [KeySpan(KeyKind.CONTENT, 0, len(passage.content))]
