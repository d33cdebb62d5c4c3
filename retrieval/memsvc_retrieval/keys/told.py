"""The default keys: what the user said as a whole, and each thing that he told of himself."""

from __future__ import annotations

from collections.abc import Iterator

from memsvc.domain.notes import KeyKind
from memsvc.ports.retrieval import DrawnKey, KeySpan, Passage
from memsvc_retrieval.keys.asking import only_asks
from memsvc_retrieval.keys.statements import statements
from memsvc_retrieval.keys.user_text import UserTextKeys

__all__ = ["ToldKeys"]

_MOST = 16


class ToldKeys:
    """Whole texts, and of each the first-person statements, as ranges of the content.

    A question that shares little with a long turn may be close to one sentence of it. At most 16 statements.
    """

    version = f"{UserTextKeys.version},told-1"

    def __init__(self) -> None:
        self._whole = UserTextKeys()

    def keys(self, passage: Passage) -> list[KeySpan | DrawnKey]:
        return [*self._whole.keys(passage), *_told(passage)]


def _told(passage: Passage) -> Iterator[KeySpan]:
    plain = passage.content.replace("\u2019", "'")
    told = [statement for statement in statements(passage) if not only_asks(statement)]
    for statement in told[:_MOST]:
        places = (plain.find(statement, start, end) for start, end in _said_by_the_user(passage))
        start = next((place for place in places if place >= 0), None)
        if start is not None:
            yield KeySpan(KeyKind.STATEMENT, start, start + len(statement))


def _said_by_the_user(passage: Passage) -> list[tuple[int, int]]:
    if not passage.turns:
        return [(0, len(passage.content))]
    return [(turn.start, turn.end) for turn in passage.turns if turn.role == "user"]
