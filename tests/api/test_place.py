"""Where something went wrong on the server is told to its operator alone."""

from __future__ import annotations

import pytest

from memsvc.errors import Unavailable
from memsvc.memory.service import MemoryService

SECRET_PLACE = "/srv/secret-place/memsvc.db"


@pytest.mark.parametrize("with_key", [True, False])
def test_a_path_is_told_only_to_a_caller_without_a_key(make_api, monkeypatch, with_key):
    api = make_api(auth="keys") if with_key else make_api()
    token = api.mint("acme") if with_key else None

    def broken(*_, **__):
        raise Unavailable("the file is damaged", place=SECRET_PLACE)

    monkeypatch.setattr(MemoryService, "recall", broken)
    answer = api.call("POST", "/v1/namespaces/ns/recall", json={"query": "x"}, key=token)

    assert (answer.status_code, SECRET_PLACE in answer.text) == (503, not with_key)
