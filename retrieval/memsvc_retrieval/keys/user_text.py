"""The rule that needs no model: a note is found by what the user said in it."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.notes import KeyKind, TurnSpan
from memsvc.ports.retrieval import KeySpan

__all__ = ["UserTextKeys"]


class UserTextKeys:
    """One key per user turn with text; without one, a single key of the whole content."""

    def spans(self, content: str, turns: Sequence[TurnSpan]) -> list[KeySpan]:
        spans = [
            KeySpan(KeyKind.USER, turn.start, turn.end)
            for turn in turns
            if turn.role == "user" and content[turn.start : turn.end].strip()
        ]
        return spans or [KeySpan(KeyKind.CONTENT, 0, len(content))]
