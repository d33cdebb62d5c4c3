"""Keys, keyless loopback, and who is kept out."""

from __future__ import annotations

import pytest

from memsvc.domain.access import AccessScope

LIST = "/v1/namespaces"


def test_loopback_without_any_key_needs_none(api):
    assert api.call("GET", LIST).status_code == 200


def test_the_first_key_ends_keyless_access_at_once(api):
    api.call("GET", LIST)
    api.mint("acme")

    assert api.call("GET", LIST).status_code == 401


def test_a_revoked_first_key_does_not_bring_keyless_access_back(api):
    token = api.mint("acme")
    api.parts.storage.api_keys.revoke(token.split("_")[1], api.parts.storage.api_keys.list(None)[0].created_at)

    assert api.call("GET", LIST).status_code == 401


def test_auth_off_needs_no_key_even_when_there_are_keys(make_api):
    api = make_api(auth="off")
    api.mint("acme")

    assert api.call("GET", LIST).status_code == 200


@pytest.mark.parametrize("auth", ["auto", "off"])
def test_a_server_open_to_others_always_needs_a_key(make_api, auth):
    assert make_api(auth=auth, host="0.0.0.0").call("GET", LIST).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8800", "127.0.0.1.evil.example", "[2001:db8::1]:80", ""]
)
def test_a_keyless_call_by_a_foreign_host_name_is_refused(api, host):
    assert api.call("GET", LIST, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8800", "127.0.0.1:8800", "127.8.8.8", "[::1]:8800", "[::1]"]
)
def test_a_keyless_call_by_a_loopback_name_is_taken(api, host):
    assert api.call("GET", LIST, headers={"Host": host}).status_code == 200


def test_a_call_with_a_key_may_come_by_any_host_name(make_api):
    api = make_api(auth="keys")

    assert api.call("GET", LIST, key=api.mint("acme"), headers={"Host": "memory.example"}).status_code == 200


def test_a_revoked_key_stops_at_once(make_api):
    api = make_api(auth="keys")
    token = api.mint("acme")
    assert api.call("GET", LIST, key=token).status_code == 200
    stored = api.parts.storage.api_keys.find(token.split("_")[1])
    api.parts.storage.api_keys.revoke(stored.id, stored.created_at)

    assert api.call("GET", LIST, key=token).status_code == 401


def test_unknown_wrong_and_revoked_keys_get_the_same_answer(make_api):
    api = make_api(auth="keys")
    good, revoked = api.mint("acme"), api.mint("acme")
    stored = api.parts.storage.api_keys.find(revoked.split("_")[1])
    api.parts.storage.api_keys.revoke(stored.id, stored.created_at)
    wrong = good[:-3] + ("aaa" if not good.endswith("aaa") else "bbb")
    unknown = f"mk_{'0' * 16}_{'x' * 43}"

    answers = {
        api.call("GET", LIST, key=key, headers={"X-Request-Id": "r"}).content for key in (revoked, wrong, unknown)
    }

    assert len(answers) == 1


@pytest.mark.parametrize("value", ["Basic dTpw", "Bearer", "Bearer x", "mk_x", "Bearer mk_00_11", "Bearer \xff"])
def test_a_malformed_authorization_header_is_refused_and_named(api, value):
    response = api.call("GET", LIST, headers={"Authorization": value.encode("latin-1")})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="memsvc"'
    assert response.json()["code"] == "unauthenticated"


def test_only_a_hash_of_the_secret_is_kept(api):
    token = api.mint("acme")

    kept = repr(api.parts.storage.api_keys.list(None))

    assert token.split("_", 2)[2] not in kept


def test_the_tenant_comes_from_the_key(make_api):
    api = make_api(auth="keys")
    one, other = api.mint("acme"), api.mint("globex")
    api.remember("tea", key=one)

    names = [item["name"] for item in api.call("GET", LIST, key=other).json()["items"]]

    assert names == []


def test_changes_name_the_key_that_made_them(make_api):
    api = make_api(auth="keys")
    token = api.mint("acme", AccessScope.ADMIN)
    (note,) = api.remember("tea", key=token)

    history = api.call("GET", f"/v1/namespaces/ns/notes/{note}/history", key=token).json()

    assert [change["actor"] for change in history["items"]] == [f"key:{token.split('_')[1]}"]
