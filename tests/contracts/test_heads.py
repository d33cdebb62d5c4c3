"""Reader.heads: how the newest notes begin, on every store."""

from __future__ import annotations

import pytest

from memsvc.domain.notes import Kind, Status
from memsvc.domain.scope import Scope
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, at, draft, forget, purge, restore, store


def heads(storage: Storage, *, limit: int = 9, chars: int = 99) -> list[str]:
    with storage.reader(SCOPE) as reader:
        return reader.heads(limit=limit, chars=chars)


def test_the_newest_note_comes_first(storage: Storage) -> None:
    store(storage, draft("a"), draft("b"))
    store(storage, draft("c", event_time=at(-999), ingest_time=at(-999)))
    assert heads(storage) == ["c", "b", "a"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_as_many_as_asked_for(storage: Storage, limit: int) -> None:
    store(storage, draft("a"), draft("b"), draft("c"))
    assert heads(storage, limit=limit) == ["c", "b", "a"][:limit]


@pytest.mark.parametrize(
    ("content", "head"),
    [
        ("Ann: hello", "Ann: "),
        ("Ann: ", "Ann: "),
        ("Ann", "Ann"),
        ("\u00fc\u65e5\u672c\U0001f600e\u0301x", "\u00fc\u65e5\u672c\U0001f600e"),
        ("a\nb\nc\nd", "a\nb\nc"),
    ],
)
def test_a_head_is_so_many_characters(storage: Storage, content: str, head: str) -> None:
    store(storage, draft(content))
    assert heads(storage, chars=5) == [head]


def test_only_visible_notes_have_heads(storage: Storage) -> None:
    hidden = draft("hidden")
    store(
        storage,
        draft("a"),
        hidden,
        draft("quarantined", status=Status.QUARANTINED),
        draft("limited", status=Status.LIMITED),
    )
    forget(storage, hidden.id)
    assert heads(storage) == ["limited", "a"]


def test_thoughts_have_no_heads(storage: Storage) -> None:
    store(storage, draft("Ann: hello"), draft("Ann said hello", kind=Kind.THOUGHT))
    assert heads(storage, limit=1) == ["Ann: hello"]


def test_hidden_notes_do_not_use_up_the_limit(storage: Storage) -> None:
    drafts = [draft(f"n{n}") for n in range(6)]
    store(storage, *drafts)
    for each in drafts[3:]:
        forget(storage, each.id)
    assert heads(storage, limit=2) == ["n2", "n1"]


def test_a_restored_note_is_back_in_its_place(storage: Storage) -> None:
    first, second = draft("first"), draft("second")
    store(storage, first, second)
    forget(storage, first.id)
    restore(storage, first.id)
    assert heads(storage) == ["second", "first"]


def test_a_purged_note_has_no_head(storage: Storage) -> None:
    gone = draft("gone")
    store(storage, draft("a"), gone)
    purge(storage, gone.id)
    assert heads(storage) == ["a"]


@pytest.mark.parametrize("other", [Scope.of(SCOPE.tenant, "space-2"), Scope.of("tenant-b", SCOPE.namespace)])
def test_another_scopes_notes_have_none(storage: Storage, other: Scope) -> None:
    store(storage, draft("mine"))
    store(storage, draft("theirs"), scope=other)
    assert heads(storage) == ["mine"]


def test_a_namespace_that_does_not_exist_has_none(storage: Storage) -> None:
    assert heads(storage) == []
