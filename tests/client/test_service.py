"""Both clients against the real application: one body of test, run for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memsvc.api import create_app, mint_key
from memsvc.app import App, build
from memsvc.client import AsyncClient, Client
from memsvc.client.testing import async_in_process_transport, in_process_transport
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import TenantId
from memsvc.errors import Forbidden, InvalidFilter, NotFound, PayloadTooLarge, PreconditionFailed
from memsvc.settings import Settings
from memsvc.wire import NewItem, NewSession, NewTurn
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_stores.memory import MemoryStorage

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TALK = [
    {"role": "user", "content": "We adopted a beagle and named her Pixel."},
    {"role": "assistant", "content": "Congratulations!"},
    {"role": "user", "content": "I am allergic to shellfish."},
    {"role": "assistant", "content": "Noted."},
]


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[App]:
    settings = Settings(data_dir=tmp_path, cursor_secret="for tests")  # type: ignore[arg-type]
    with build(settings, storage=MemoryStorage(), embedder=HashingEmbedder(), clock=lambda: NOW) as parts:
        yield parts


@pytest.fixture
def connect(
    parts: App, flavour: str, loop: asyncio.AbstractEventLoop, drive: Callable[..., Any]
) -> Iterator[Callable[..., Any]]:
    """Open clients over the application; all are closed at the end."""
    clients: list[Any] = []

    def make(**options: Any) -> Any:
        app = create_app(parts.service, parts.storage, parts.settings)
        client: Client | AsyncClient
        if flavour == "sync":
            client = Client(transport=in_process_transport(app), retries=0, **options)
        else:
            client = AsyncClient(transport=async_in_process_transport(app), retries=0, **options)
        clients.append(drive(client))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def memory(connect: Callable[..., Any]) -> Any:
    return connect(namespace="alice")


def test_a_remembered_note_is_recalled(memory: Any) -> None:
    outcome = memory.remember("I like green tea.", kind="fact", metadata={"topic": "drinks"})
    hits = memory.recall("green tea", k=1).hits
    assert [(hit.note.id, hit.note.metadata) for hit in hits] == [(outcome.note, {"topic": "drinks"})]


def test_a_session_becomes_rounds(memory: Any) -> None:
    outcome = memory.remember_session(TALK, id="monday", started_at=NOW)
    assert (outcome.status, outcome.session, len(outcome.rounds)) == ("created", "monday", 2)


def test_a_longer_session_adds_only_its_new_turns(memory: Any) -> None:
    memory.remember_session(TALK[:2], id="monday")
    outcome = memory.remember_session(TALK, id="monday")
    assert (outcome.status, len(outcome.rounds)) == ("appended", 1)


def test_items_have_an_outcome_each(memory: Any) -> None:
    outcomes = memory.remember_items([NewItem(content="one"), NewItem(content="two"), NewItem(content="one")])
    assert [outcome.status for outcome in outcomes] == ["created", "created", "duplicate"]


def test_the_same_key_and_content_is_one_effect(memory: Any) -> None:
    first = memory.remember("I like tea.", idempotency_key="k1")
    assert memory.remember("I like tea.", idempotency_key="k1") == first


def test_sessions_as_models(memory: Any) -> None:
    session = NewSession(id="s1", turns=(NewTurn(role="user", content="Hello there."),))
    assert [outcome.session for outcome in memory.remember_sessions([session])] == ["s1"]


def test_ingest_takes_any_number_and_a_wrong_one_fails_alone(memory: Any) -> None:
    sessions: list[Any] = [{"id": f"s{n}", "turns": TALK} for n in range(1, 131)]
    sessions.insert(70, {"id": "empty", "turns": []})
    outcomes = memory.ingest(sessions)
    assert [outcome.line for outcome in outcomes] == list(range(1, 132))
    assert [outcome.line for outcome in outcomes if outcome.status != "created"] == [71]


def test_ingesting_again_adds_nothing(memory: Any) -> None:
    memory.ingest([{"id": "s1", "turns": TALK}])
    assert [outcome.status for outcome in memory.ingest([{"id": "s1", "turns": TALK}])] == ["unchanged"]


def test_recall_options_reach_the_search(memory: Any) -> None:
    memory.remember("Tea in March.", event_time=datetime(2026, 3, 1, tzinfo=UTC), metadata={"n": 1})
    memory.remember("Tea in April.", event_time=datetime(2026, 4, 1, tzinfo=UTC), metadata={"n": 2})
    answer = memory.recall(
        "tea",
        mode="lexical",
        kinds=["fact"],
        event_from=datetime(2026, 2, 1, tzinfo=UTC),
        filter={"field": "metadata.n", "op": "gte", "value": 2},
        explain=True,
    )
    assert [hit.note.content for hit in answer.hits] == ["Tea in April."]
    assert "lexical_all" in answer.hits[0].arms


def test_recall_pages_go_on_where_the_last_ended(memory: Any) -> None:
    memory.remember_items([NewItem(content=f"tea number {n}") for n in range(7)])
    pages = memory.recall_pages("tea", k=3)
    assert sorted(hit.note.content for page in pages for hit in page.hits) == [f"tea number {n}" for n in range(7)]


def test_sessions_are_recalled_at_their_level(memory: Any) -> None:
    memory.remember_session(TALK, id="monday")
    assert [found.session.id for found in memory.recall("beagle", level="session").sessions] == ["monday"]


def test_notes_are_listed_over_pages(memory: Any) -> None:
    memory.remember_items([NewItem(content=f"note {n}") for n in range(7)])
    assert [note.content for note in memory.notes(page_size=3)] == [f"note {n}" for n in range(7)]


def test_notes_are_listed_by_status_and_kind_and_time(memory: Any) -> None:
    memory.remember("a fact", kind="fact", event_time=NOW)
    memory.remember("a summary", kind="summary", event_time=NOW)
    listed = memory.notes(kinds=["summary", "thought"], statuses=["active"], event_from=NOW)
    assert [note.content for note in listed] == ["a summary"]


def test_sessions_are_listed_and_read(memory: Any) -> None:
    memory.remember_session(TALK, id="monday")
    assert [session.id for session in memory.sessions(page_size=1)] == ["monday"]
    assert [note.position for note in memory.session("monday").notes] == [0, 2]


def test_forget_hides_and_restore_brings_back(memory: Any) -> None:
    note = memory.remember("I like tea.").note
    assert memory.forget(note, reason="not true").status == "forgotten"
    assert memory.recall("tea").hits == ()
    assert memory.restore(note).status == "active"
    assert [change.operation for change in memory.history(note)] == ["created", "forgotten", "restored"]


def test_metadata_is_replaced_at_the_expected_version(memory: Any) -> None:
    note = memory.remember("I like tea.").note
    changed = memory.update_metadata(note, {"topic": "drinks"}, version=1)
    assert (changed.version, memory.get(note).metadata) == (2, {"topic": "drinks"})


def test_another_version_is_refused(memory: Any) -> None:
    note = memory.remember("I like tea.").note
    with pytest.raises(PreconditionFailed):
        memory.update_metadata(note, {}, version=7)


def test_metadata_without_a_version_overwrites(memory: Any) -> None:
    note = memory.remember("I like tea.").note
    assert memory.update_metadata(note, {"a": 1}).version == 2


def test_purge_gives_a_receipt(memory: Any) -> None:
    note = memory.remember("I like tea.").note
    receipt = memory.purge([note])
    assert (receipt.notes, receipt.notes_erased) == ((note,), 1)
    with pytest.raises(NotFound):
        memory.get(note)


def test_a_namespace_can_be_purged(memory: Any) -> None:
    memory.remember("I like tea.")
    memory.purge_namespace()
    assert memory.namespaces() == []


def test_stats_and_namespaces(memory: Any) -> None:
    memory.remember("I like tea.")
    assert memory.stats().notes["active"] == 1
    assert [(item.name, item.notes) for item in memory.namespaces(page_size=1)] == [("alice", 1)]


def test_a_view_works_on_another_namespace(memory: Any) -> None:
    memory.remember("I like tea.")
    assert memory.using(namespace="bob").recall("tea").hits == ()


def test_export_and_import_lose_nothing(memory: Any) -> None:
    memory.remember_session(TALK, id="monday", started_at=NOW)
    note = memory.remember("I like tea.", metadata={"a": [1, "x"]}).note
    memory.forget(note, reason="no")
    lines = memory.export()
    copy = memory.using(namespace="copy")
    report = copy.import_(lines)
    assert (report.sessions, report.notes, report.failed) == (1, 3, 0)
    assert _without_name(copy.export()) == _without_name(lines)


def _without_name(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


def test_importing_again_skips_what_is_there(memory: Any) -> None:
    memory.remember("I like tea.")
    report = memory.import_([*memory.export(), b'{"type": "note", "id": "bad"}'])
    assert (report.notes, report.skipped, report.failed, report.problems[0].line) == (0, 1, 1, 3)


def test_a_missing_note_is_not_found(memory: Any) -> None:
    with pytest.raises(NotFound) as caught:
        memory.get("0197f3f0-0000-7000-8000-000000000000")
    assert caught.value.request_id


def test_a_wrong_filter_is_named_by_the_server(memory: Any) -> None:
    with pytest.raises(InvalidFilter, match="/op"):
        memory.recall("tea", filter={"field": "kind", "op": "like", "value": "x"})


def test_a_text_that_is_too_long_raises(memory: Any) -> None:
    with pytest.raises(PayloadTooLarge, match="at most 200000"):
        memory.remember("x" * 200_001)


def test_forgetting_twice_is_forgetting_once(memory: Any) -> None:
    note = memory.remember("I like tea.").note
    assert memory.forget(note) == memory.forget(note)


def test_the_key_decides_tenant_and_scope(connect: Callable[..., Any], parts: App) -> None:
    key, token = mint_key(TenantId("acme"), name="reader", scopes=[AccessScope.READ], at=NOW)
    parts.storage.api_keys.add(key)
    reader = connect(api_key=token)
    assert reader.namespaces() == []
    with pytest.raises(Forbidden):
        reader.remember("I like tea.")


def test_jobs_ready_and_version(memory: Any) -> None:
    assert memory.jobs() == []
    assert memory.ready().status == "ready"
    assert memory.version().api == "v1"
