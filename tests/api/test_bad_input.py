"""What a client can get wrong: a clear 4xx, nothing stored."""

from __future__ import annotations

import json

import pytest

NOTES = "/v1/namespaces/ns/notes"
JSON = {"Content-Type": "application/json"}


def _item(**fields):
    return {"items": [{"content": "tea", **fields}]}


def _refused(api, body: bytes, path: str = NOTES, status: int = 422) -> dict:
    response = api.call("POST", path, content=body, headers=JSON)
    assert response.status_code == status, response.text
    assert api.call("GET", "/v1/namespaces/ns").status_code == 404
    return response.json()


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        (_item(content=""), "/items/0/content", "is empty; send at least one character"),
        (_item(content=" \n\t"), "/items/0/content", "only white space"),
        (_item(content="a\x00b"), "/items/0/content", "NUL"),
        (_item(metadata={"a": "\x00"}), "/items/0/metadata", "NUL"),
        (_item(metadata={"\x00": 1}), "/items/0/metadata", "NUL"),
        (_item(metadata={"a": "x" * 17_000}), "/items/0/metadata", "16384 bytes"),
        (_item(metadata={"a": 2**63}), "/items/0/metadata", "64 bits"),
        (_item(metadata={"a": [[[[[[[[1]]]]]]]]}), "/items/0/metadata", "deeper than 8"),
        (_item(metadata=[]), "/items/0/metadata", "object"),
        (_item(colour="green"), "/items/0/colour", "not a known field"),
        (_item(session="a b"), "/items/0/session", "1 to 128 letters, digits"),
        (_item(session="x" * 129), "/items/0/session", "1 to 128 letters, digits"),
        (_item(event_time="2024-05-01"), "/items/0/event_time", "RFC 3339"),
        (_item(event_time="2024-05-01T12:00:00"), "/items/0/event_time", "RFC 3339"),
        (_item(event_time=1714564800), "/items/0/event_time", "RFC 3339"),
        (_item(event_time="0001-01-01T00:00:00+05:00"), "/items/0/event_time", "years 1 to 9999"),
        (_item(event_time="2024-02-30T00:00:00Z"), "/items/0/event_time", "no time that exists"),
        ({"items": []}, "/items", "is empty; send at least one entry"),
        ({"items": [{"content": "x"}] * 1001}, "/items", "at most 1000 entries; send the others by themselves"),
        ({}, "/items", "is missing; send it"),
        (_item(kind="rumour"), "/items/0/kind", "must be one of 'round', 'fact'"),
        (_item(content=1), "/items/0/content", "must be a string"),
        ([], "", "object"),
        (None, "", "object"),
    ],
)
def test_a_wrong_note_is_refused_by_place_and_reason(api, body, pointer, says):
    problem = _refused(api, json.dumps(body).encode())

    assert [e["pointer"] for e in problem["errors"]] == [pointer]
    assert says in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b'{"items": [{"content": "\xff"}]}', "valid Unicode"),
        (b'{"items": [{"content": "a\\ud800"}]}', "lone surrogates"),
        (b'{"items": [{"content": "a\\ud800 and more text"}]}', "lone surrogates"),
        (b'{"items": [{"content": "a", "metadata": {"a": "\\udc00"}}]}', "lone surrogates"),
        (b'{"items": [{"content": "a", "metadata": {"a": NaN}}]}', "finite"),
        (b'{"items": [{"content": "a", "metadata": {"a": 1e999}}]}', "finite"),
        (b'{"items": [{"content": "a", "metadata": {"a": -Infinity}}]}', "finite"),
        (b"[" * 10_000 + b"]" * 10_000, "nests too deeply"),
        (
            b'{"items": [{"content": "a", "metadata": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}]}",
            "deeply",
        ),
    ],
)
def test_what_is_not_proper_json_is_refused(api, body, says):
    assert says in _refused(api, body)["detail"]


def test_a_body_over_the_limit_is_413(make_api):
    api = make_api(max_body_bytes=1024)

    assert _refused(api, json.dumps(_item(content="x" * 2000)).encode(), status=413)["code"] == "payload-too-large"


def test_ten_megabytes_are_413(api):
    _refused(api, b'{"items": [{"content": "' + b"x" * 10 * 2**20 + b'"}]}', status=413)


def test_a_body_over_the_limit_without_a_length_is_413(make_api):
    api = make_api(max_body_bytes=1024)

    async def chunks():
        for _ in range(200):
            yield b"x" * 100

    assert api.call("POST", NOTES, content=chunks(), headers=JSON).status_code == 413


def test_a_lying_content_length_does_not_lift_the_limit(make_api):
    api = make_api(max_body_bytes=1024)

    response = api.call("POST", NOTES, content=b"x" * 5000, headers={**JSON, "Content-Length": "10"})

    assert response.status_code == 413


def test_a_future_date_fails_its_item_alone(api):
    body = {"items": [{"content": "tea"}, {"content": "tea to come", "event_time": "2027-01-01T00:00:00Z"}]}

    outcomes = api.call("POST", NOTES, json=body).json()["outcomes"]

    assert [outcome["status"] for outcome in outcomes] == ["created", "failed"]
    assert "future" in outcomes[1]["error"]["detail"]


def test_a_text_over_the_settings_limit_fails_its_item_alone(make_api):
    api = make_api(max_content_chars=100)

    outcomes = api.call("POST", NOTES, json={"items": [{"content": "x" * 101}, {"content": "tea"}]}).json()[
        "outcomes"
    ]

    assert [(o["status"], (o["error"] or {}).get("code")) for o in outcomes] == [
        ("failed", "payload-too-large"),
        ("created", None),
    ]


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({"query": ""}, "/query"),
        ({"query": "a\x00"}, "/query"),
        ({"query": "x" * 32_001}, "/query"),
        ({"query": "a", "k": 0}, "/k"),
        ({"query": "a", "k": 1001}, "/k"),
        ({"query": "a", "mode": "psychic"}, "/mode"),
        ({"query": "a", "kinds": []}, "/kinds"),
        ({"query": "a", "vector": [1.0]}, "/vector"),
        ({"query": "a", "neighbours": 21}, "/neighbours"),
        ({"query": "a", "filter": {"field": "kind", "op": "eq", "value": "\x00"}}, "/filter"),
        ({"query": "a", "filter": {"field": "nothing", "op": "eq", "value": 1}}, "/filter/field"),
        ({"query": "a", "filter": {"field": "kind", "op": "like", "value": 1}}, "/filter/op"),
        ({"query": "a", "filter": {"and": []}}, "/filter/and"),
        ({"query": "a", "as_of": "yesterday"}, "/as_of"),
    ],
)
def test_a_wrong_question_is_refused_by_place(api, question, pointer):
    response = api.call("POST", "/v1/namespaces/ns/recall", json=question)

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("name", ["%00", "a%20b", ".hidden", "x" * 129, "%ED%A0%80", "a%0A"])
def test_a_malformed_namespace_is_refused(api, name):
    assert api.call("GET", f"/v1/namespaces/{name}").status_code == 422


def test_an_encoded_slash_is_no_way_into_another_route(api):
    assert api.call("GET", "/v1/namespaces/ns%2Fsecret%2Fthing").status_code == 404


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_malformed_idempotency_key_is_refused(api, key):
    headers = {"Idempotency-Key": key.encode("latin-1")}

    assert api.call("POST", NOTES, json=_item(), headers=headers).status_code == 422
