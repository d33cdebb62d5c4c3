from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from memsvc.domain.notes import TurnSpan
from memsvc.ports.retrieval import Passage

WEDNESDAY = datetime(2023, 5, 24, 10, 30, tzinfo=UTC)


@pytest.fixture
def said() -> Callable[..., Passage]:
    """Build a passage of a user turn and replies to it, said on Wednesday, 24 May 2023."""

    def make(user: str, *replies: str, at: datetime = WEDNESDAY) -> Passage:
        spans, start = [], 0
        for role, text in (("user", user), *(("assistant", reply) for reply in replies)):
            spans.append(TurnSpan(role, start, start + len(text)))
            start += len(text) + 2
        return Passage("\n\n".join((user, *replies)), tuple(spans), at)

    return make
