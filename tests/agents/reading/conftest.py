from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from memsvc_agents.reading.items import Item, ReadTurn


@pytest.fixture
def make_item() -> Callable[..., Item]:
    """Build an item of one user turn, said on a day of May 2023."""

    def make(
        text: str,
        *,
        day: int = 1,
        session: str = "",
        rank: int = 0,
        position: int = 0,
        facts: tuple[str, ...] = (),
    ) -> Item:
        return Item(
            session=session or f"answer_{day}",
            at=datetime(2023, 5, day, tzinfo=UTC),
            date=f"2023/05/{day:02} (Mon) 00:00",
            turns=(ReadTurn("user", text),),
            rank=rank,
            position=position,
            facts=facts,
        )

    return make
