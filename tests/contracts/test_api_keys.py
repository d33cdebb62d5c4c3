"""ApiKeyStore."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.access import AccessScope, ApiKey
from memsvc.domain.ids import TenantId
from memsvc.domain.notes import Origin
from memsvc.errors import Conflict
from memsvc.ports.storage import Storage
from tests.support.drafts import T0, at, sha256

A, B = TenantId("tenant-a"), TenantId("tenant-b")


def api_key(name: str, *, tenant: TenantId = A) -> ApiKey:
    scopes = frozenset({AccessScope.READ, AccessScope.WRITE})
    return ApiKey(f"id-{name}", tenant, name, sha256(name), scopes, T0)


def test_a_key_is_found_as_it_was_added(storage: Storage) -> None:
    added = api_key("one")
    storage.api_keys.add(added)
    assert storage.api_keys.find("id-one") == added


def test_the_ceiling_of_a_key_is_kept(storage: Storage) -> None:
    added = replace(api_key("one"), ceiling=Origin.TOOL_EXTERNAL)
    storage.api_keys.add(added)
    assert storage.api_keys.find("id-one") == added
    assert storage.api_keys.list(A) == [added]


def test_an_unknown_key_is_not_found(storage: Storage) -> None:
    assert storage.api_keys.find("id-one") is None


def test_an_id_cannot_be_added_twice(storage: Storage) -> None:
    storage.api_keys.add(api_key("one"))
    with pytest.raises(Conflict):
        storage.api_keys.add(replace(api_key("two", tenant=B), id="id-one"))
    assert storage.api_keys.find("id-one") == api_key("one")


def test_keys_are_listed_by_tenant(storage: Storage) -> None:
    one, two, theirs = api_key("one"), api_key("two"), api_key("theirs", tenant=B)
    for key in (one, two, theirs):
        storage.api_keys.add(key)
    assert {key.id for key in storage.api_keys.list(A)} == {one.id, two.id}
    assert storage.api_keys.list(B) == [theirs]
    assert {key.id for key in storage.api_keys.list(None)} == {one.id, two.id, theirs.id}


def test_a_revoked_key_is_still_found(storage: Storage) -> None:
    storage.api_keys.add(api_key("one"))
    assert storage.api_keys.revoke("id-one", at(7))
    assert storage.api_keys.find("id-one") == replace(api_key("one"), revoked_at=at(7))


def test_a_key_is_revoked_once(storage: Storage) -> None:
    storage.api_keys.add(api_key("one"))
    storage.api_keys.revoke("id-one", at(7))
    assert not storage.api_keys.revoke("id-one", at(9))
    assert storage.api_keys.find("id-one") == replace(api_key("one"), revoked_at=at(7))


def test_an_unknown_key_is_not_revoked(storage: Storage) -> None:
    assert not storage.api_keys.revoke("id-one", T0)


def test_revoking_leaves_the_others(storage: Storage) -> None:
    storage.api_keys.add(api_key("one"))
    storage.api_keys.add(api_key("two"))
    storage.api_keys.revoke("id-one", T0)
    assert storage.api_keys.find("id-two") == api_key("two")
