"""Idempotency-Key."""

from __future__ import annotations

import pytest

NOTES = ("/v1/namespaces/ns/notes", {"items": [{"content": "tea"}]})
SESSIONS = ("/v1/namespaces/ns/sessions", {"sessions": [{"turns": [{"role": "user", "content": "tea"}]}]})
KEY = {"Idempotency-Key": "once"}


@pytest.mark.parametrize(("path", "body"), [NOTES, SESSIONS])
def test_a_repeat_gets_the_first_answer_and_says_so(api, path, body):
    first = api.call("POST", path, json=body, headers=KEY)
    second = api.call("POST", path, json=body, headers=KEY)

    assert (second.status_code, second.content) == (201, first.content)
    assert (first.headers.get("idempotency-replayed"), second.headers["idempotency-replayed"]) == (None, "true")


@pytest.mark.parametrize(("path", "body"), [NOTES, SESSIONS])
def test_a_repeat_stores_nothing_again(api, path, body):
    for _ in range(3):
        api.call("POST", path, json=body, headers=KEY)

    assert len(api.call("GET", NOTES[0]).json()["items"]) == 1


def test_a_kept_200_stays_a_200(api):
    api.remember("tea")

    statuses = [api.call("POST", NOTES[0], json=NOTES[1], headers=KEY).status_code for _ in range(2)]

    assert statuses == [200, 200]


def test_the_same_key_with_another_body_is_422(api):
    api.call("POST", NOTES[0], json=NOTES[1], headers=KEY)

    response = api.call("POST", NOTES[0], json={"items": [{"content": "coffee"}]}, headers=KEY)

    assert (response.status_code, response.json()["code"]) == (422, "idempotency-mismatch")


def test_the_same_key_on_another_route_is_422(api):
    api.call("POST", NOTES[0], json=NOTES[1], headers=KEY)

    assert api.call("POST", SESSIONS[0], json=SESSIONS[1], headers=KEY).status_code == 422


def test_tenants_do_not_share_keys(make_api):
    api = make_api(auth="keys")
    one, other = api.mint("acme"), api.mint("globex")
    first = api.call("POST", NOTES[0], json=NOTES[1], headers=KEY, key=one)
    second = api.call("POST", NOTES[0], json={"items": [{"content": "coffee"}]}, headers=KEY, key=other)

    assert (first.status_code, second.status_code) == (201, 201)
