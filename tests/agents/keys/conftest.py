from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc.domain.notes import TurnSpan
from memsvc.ports.retrieval import Passage


@pytest.fixture
def passage() -> Passage:
    """Return a round of Wednesday, 24 May 2023."""
    user, reply = "I ran a race last Sunday.", "Well done, runner!"
    spans = (TurnSpan("user", 0, len(user)), TurnSpan("assistant", len(user) + 2, len(user) + 2 + len(reply)))
    return Passage(f"{user}\n\n{reply}", spans, datetime(2023, 5, 24, 10, 30, tzinfo=UTC))
