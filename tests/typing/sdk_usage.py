"""What a user of the SDK writes; mypy checks that results have the types that are promised."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import assert_type

from memsvc import AsyncClient, Client
from memsvc.client.testing import MockTransport, json_answer
from memsvc.wire import (
    Change,
    IngestOutcome,
    NewItem,
    NewSession,
    NewTurn,
    Note,
    Outcome,
    PurgeReceipt,
    RecallResponse,
    SessionOutcome,
)


def writes(memory: Client, moment: datetime) -> None:
    assert_type(memory.remember("x", kind="fact", event_time=moment, metadata={"a": 1}), Outcome)
    assert_type(memory.remember_items([NewItem(content="x")]), tuple[Outcome, ...])
    turns = [{"role": "user", "content": "x"}]
    assert_type(memory.remember_session(turns, id="s", started_at=moment), SessionOutcome)
    session = NewSession(turns=(NewTurn(role="user", content="x"),))
    assert_type(memory.ingest([session, {"turns": turns}]), Iterator[IngestOutcome])
    assert_type(memory.purge(["n1"]), PurgeReceipt)
    memory.remember("x", colour="red")  # type: ignore[call-arg]
    memory.remember("x", kind="song")  # type: ignore[arg-type]


def reads(memory: Client) -> None:
    answer = memory.recall("x", k=3, mode="hybrid", filter={"field": "kind", "op": "eq", "value": "fact"})
    assert_type(answer, RecallResponse)
    assert_type(answer.hits[0].note, Note)
    assert_type(memory.recall_pages("x"), Iterator[RecallResponse])
    assert_type(memory.notes(kinds=["fact"]), Iterator[Note])
    assert_type(memory.history("n1"), tuple[Change, ...])
    assert_type(memory.using(namespace="bob"), Client)
    memory.recall("x", mode="fast")  # type: ignore[arg-type]


async def asynchronous(memory: AsyncClient) -> None:
    async with memory:
        assert_type(await memory.recall("x", explain=True), RecallResponse)
        assert_type(memory.notes(), AsyncIterator[Note])
        async for outcome in memory.ingest([]):
            assert_type(outcome, IngestOutcome)


def mocked() -> None:
    Client(transport=MockTransport([json_answer({"hits": []})]))
    AsyncClient(transport=MockTransport([]))  # type: ignore[arg-type]
