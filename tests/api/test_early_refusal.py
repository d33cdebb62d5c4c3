"""A stranger's large body is refused without being kept in memory."""

from __future__ import annotations

import tracemalloc

import pytest

from memsvc.domain.access import AccessScope

NOTES = "/v1/namespaces/ns/notes"
JSON = {"Content-Type": "application/json"}
CHUNK = b"x" * 65536


async def _chunks():
    for _ in range(64):
        yield CHUNK


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer mk_" + "a" * 16 + "_" + "b" * 43}])
def test_without_a_valid_key_a_large_body_is_not_kept(make_api, headers):
    api = make_api(auth="keys")
    api.call("GET", "/v1/namespaces")
    tracemalloc.start()
    response = api.call("POST", NOTES, content=_chunks(), headers={**JSON, **headers})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert response.status_code == 401
    assert peak < 2 * 2**20


def test_without_the_scope_a_large_body_is_forbidden(make_api):
    api = make_api(auth="keys")

    response = api.call("POST", NOTES, content=_chunks(), headers=JSON, key=api.mint("acme", AccessScope.READ))

    assert response.status_code == 403


def test_a_large_body_with_a_key_is_taken(make_api):
    api = make_api(auth="keys")
    items = [{"content": f"{n} " + "tea " * 1000} for n in range(40)]

    assert api.call("POST", NOTES, json={"items": items}, key=api.mint("acme")).status_code == 201
