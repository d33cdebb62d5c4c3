"""Directory: namespaces of a tenant, scopes of the store."""

from __future__ import annotations

from memsvc.domain.ids import NamespaceName, TenantId
from memsvc.domain.scope import Scope
from memsvc.ports.storage import NamespaceInfo, Storage
from tests.support.drafts import MODEL, T0, draft, forget, store

TENANT = TenantId("tenant-a")


def scope(name: str, tenant: str = TENANT) -> Scope:
    return Scope.of(tenant, name)


def names(storage: Storage, *, after: str = "", limit: int = 99) -> list[str]:
    return [info.name for info in storage.directory.namespaces(TENANT, after=after, limit=limit)]


def test_an_empty_store_has_none(storage: Storage) -> None:
    assert names(storage) == []
    assert storage.directory.scopes() == []


def test_a_namespace_is_described(storage: Storage) -> None:
    store(storage, draft("a"), draft("b"), scope=scope("one"))
    assert storage.directory.namespaces(TENANT, after="", limit=9) == [
        NamespaceInfo(NamespaceName("one"), MODEL, 2, T0)
    ]


def test_hidden_notes_are_counted(storage: Storage) -> None:
    hidden = draft("a")
    store(storage, hidden, scope=scope("one"))
    forget(storage, hidden.id, scope=scope("one"))
    assert [info.notes for info in storage.directory.namespaces(TENANT, after="", limit=9)] == [1]


def test_an_empty_namespace_is_listed(storage: Storage) -> None:
    with storage.writer(scope("empty")) as writer:
        writer.open_namespace(MODEL, T0)
    assert [info.notes for info in storage.directory.namespaces(TENANT, after="", limit=9)] == [0]


def test_names_ascend_by_code_point(storage: Storage) -> None:
    for name in ("b", "a.1", "Z", "a-1", "a1", "9"):
        store(storage, draft("x"), scope=scope(name))
    assert names(storage) == sorted(["b", "a.1", "Z", "a-1", "a1", "9"])


def test_pages_join_to_the_whole(storage: Storage) -> None:
    for number in range(5):
        store(storage, draft("x"), scope=scope(f"n{number}"))
    first = names(storage, limit=2)
    second = names(storage, after=first[-1], limit=2)
    third = names(storage, after=second[-1], limit=2)
    assert (first, second, third) == (["n0", "n1"], ["n2", "n3"], ["n4"])


def test_another_tenants_namespaces_are_not_listed(storage: Storage) -> None:
    store(storage, draft("x"), scope=scope("mine"))
    store(storage, draft("x"), scope=scope("theirs", "tenant-b"))
    assert names(storage) == ["mine"]


def test_scopes_are_of_all_tenants(storage: Storage) -> None:
    wanted = {scope("one"), scope("two"), scope("one", "tenant-b")}
    for each in wanted:
        store(storage, draft("x"), scope=each)
    found = storage.directory.scopes()
    assert set(found) == wanted
    assert len(found) == 3
