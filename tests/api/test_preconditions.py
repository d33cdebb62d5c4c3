"""ETag, If-Match and If-None-Match."""

from __future__ import annotations

import pytest


@pytest.fixture
def note(api):
    (note,) = api.remember("tea")
    return f"/v1/namespaces/ns/notes/{note}"


def _patch(api, note, if_match, metadata=None):
    headers = {} if if_match is None else {"If-Match": if_match}
    return api.call("PATCH", note, json={"metadata": metadata or {"a": 1}}, headers=headers)


def test_the_etag_is_the_version(api, note):
    assert api.call("GET", note).headers["etag"] == '"1"'


def test_a_patch_without_if_match_is_428(api, note):
    assert (_patch(api, note, None).status_code, api.call("GET", note).json()["metadata"]) == (428, {})


@pytest.mark.parametrize("if_match", ['"2"', 'W/"1"', "1", '"x"', '"1", "2"', '"99999999999999999999999"'])
def test_a_patch_of_another_version_is_412(api, note, if_match):
    assert (_patch(api, note, if_match).status_code, api.call("GET", note).json()["metadata"]) == (412, {})


@pytest.mark.parametrize("if_match", ['"1"', "*"])
def test_a_patch_of_this_version_replaces_the_metadata(api, note, if_match):
    response = _patch(api, note, if_match, {"b": [1, None, {"c": "d"}]})

    assert (response.status_code, response.headers["etag"]) == (200, '"2"')
    assert api.call("GET", note).json()["metadata"] == {"b": [1, None, {"c": "d"}]}


def test_of_two_writers_with_the_same_etag_one_loses(api, note):
    assert [_patch(api, note, '"1"', {"by": i}).status_code for i in range(2)] == [200, 412]


def test_forget_and_restore_take_an_optional_if_match(api, note):
    statuses = [
        api.call("DELETE", note, headers={"If-Match": '"7"'}).status_code,
        api.call("DELETE", note, headers={"If-Match": '"1"'}).status_code,
        api.call("POST", f"{note}/restore", headers={"If-Match": '"1"'}).status_code,
        api.call("POST", f"{note}/restore", json={"reason": "needed"}).status_code,
    ]

    assert statuses == [412, 200, 412, 200]


@pytest.mark.parametrize("if_none_match", ['"1"', 'W/"1"', '"0", "1"', "*"])
def test_a_known_version_is_304_without_a_body(api, note, if_none_match):
    response = api.call("GET", note, headers={"If-None-Match": if_none_match})

    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", '"1"')


def test_an_older_version_is_sent_again(api, note):
    _patch(api, note, "*")

    assert api.call("GET", note, headers={"If-None-Match": '"1"'}).status_code == 200
