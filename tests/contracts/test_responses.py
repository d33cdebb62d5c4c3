"""Responses kept under idempotency keys of a tenant."""

from __future__ import annotations

from memsvc.domain.scope import Scope
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, T0, at, draft, store


def save(storage: Storage, key: str, body: bytes, *, scope: Scope = SCOPE) -> None:
    store(storage, draft(f"opens {scope}"), scope=scope)
    with storage.writer(scope) as writer:
        writer.save_response(key, "hash of " + key, body, at=T0)


def test_a_response_comes_back_byte_for_byte(storage: Storage) -> None:
    body = bytes(range(256))
    save(storage, "key", body)
    with storage.reader(SCOPE) as reader:
        assert reader.saved_response("key") == ("hash of key", body)


def test_a_writer_finds_it_before_commit(storage: Storage) -> None:
    store(storage, draft("a"))
    with storage.writer(SCOPE) as writer:
        writer.save_response("key", "hash", b"body", at=T0)
        assert writer.saved_response("key") == ("hash", b"body")


def test_an_unknown_key_has_none(storage: Storage) -> None:
    save(storage, "key", b"body")
    with storage.reader(SCOPE) as reader:
        assert reader.saved_response("another") is None


def test_the_tenants_other_namespaces_find_it(storage: Storage) -> None:
    save(storage, "key", b"body")
    with storage.reader(Scope.of(SCOPE.tenant, "space-2")) as reader:
        assert reader.saved_response("key") == ("hash of key", b"body")


def test_another_tenant_does_not_find_it(storage: Storage) -> None:
    save(storage, "key", b"body")
    save(storage, "key", b"another body", scope=Scope.of("tenant-b", SCOPE.namespace))
    with storage.reader(SCOPE) as reader:
        assert reader.saved_response("key") == ("hash of key", b"body")
    with storage.reader(Scope.of("tenant-c", SCOPE.namespace)) as reader:
        assert reader.saved_response("key") is None


def test_old_ones_can_be_pruned(storage: Storage) -> None:
    for name, moment in (("old", at(0)), ("new", at(10))):
        with storage.writer(SCOPE) as writer:
            writer.save_response(name, "hash", b"body", at=moment)
    assert storage.prune_responses(before=at(10)) == 1
    with storage.reader(SCOPE) as reader:
        assert (reader.saved_response("old"), reader.saved_response("new")) == (None, ("hash", b"body"))
