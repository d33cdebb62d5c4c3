"""The check before listening."""

from __future__ import annotations

import pytest

from memsvc.api import check_exposure, serve
from memsvc.errors import InvalidInput
from memsvc.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
@pytest.mark.parametrize("auth", ["auto", "keys", "off"])
def test_loopback_is_always_allowed(make_api, host, auth):
    parts = make_api(host=host, auth=auth).parts

    assert check_exposure(parts.settings, parts.storage) is None


@pytest.mark.parametrize("auth", ["auto", "keys"])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "memory.example"])
def test_beyond_loopback_without_keys_is_refused(make_api, host, auth):
    parts = make_api(host=host, auth=auth).parts

    with pytest.raises(InvalidInput, match="memsvc keys create"):
        check_exposure(parts.settings, parts.storage)


def test_beyond_loopback_with_a_key_is_allowed(make_api):
    api = make_api(host="0.0.0.0")
    api.mint("acme")

    assert check_exposure(api.parts.settings, api.parts.storage) is None


def test_a_revoked_key_does_not_count(make_api):
    api = make_api(host="0.0.0.0")
    api.mint("acme")
    (key,) = api.parts.storage.api_keys.list(None)
    api.parts.storage.api_keys.revoke(key.id, key.created_at)

    with pytest.raises(InvalidInput):
        check_exposure(api.parts.settings, api.parts.storage)


def test_auth_off_beyond_loopback_is_refused_even_with_keys(make_api):
    api = make_api(host="0.0.0.0", auth="off")
    api.mint("acme")

    with pytest.raises(InvalidInput, match="authentication off"):
        check_exposure(api.parts.settings, api.parts.storage)


def test_the_number_of_connections_is_limited(api, monkeypatch):
    limits = []

    class Server:
        def __init__(self, config):
            limits.append(config.limit_concurrency)

        def run(self, sockets):
            pass

    monkeypatch.setattr("uvicorn.Server", Server)
    serve(api.app, Settings(max_connections=7, port=0))

    assert limits == [7]
