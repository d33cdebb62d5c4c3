"""The life of a note over REST."""

from __future__ import annotations

import pytest

NS = "/v1/namespaces/ns"


def _listed(api, **params):
    return [note["id"] for note in api.call("GET", f"{NS}/notes", params=params).json()["items"]]


def test_outcomes_come_per_item_with_201_when_any_is_new(api):
    body = {"items": [{"content": "tea"}, {"content": "tea"}]}

    first, second = (api.call("POST", f"{NS}/notes", json=body) for _ in range(2))

    assert [(r.status_code, [o["status"] for o in r.json()["outcomes"]]) for r in (first, second)] == [
        (201, ["created", "duplicate"]),
        (200, ["duplicate", "duplicate"]),
    ]


def test_a_note_is_read_as_it_was_sent(api):
    sent = {"kind": "document", "event_time": "2024-05-01T14:00:00+02:00", "metadata": {"a": 1.5}, "session": "s1"}
    (note,) = api.remember("Tea 茶 🍵", **sent)

    found = api.call("GET", f"{NS}/notes/{note}").json()

    assert {name: found[name] for name in ("content", *sent)} == {
        **sent,
        "content": "Tea 茶 🍵",
        "event_time": "2024-05-01T12:00:00Z",
    }


def test_a_forgotten_note_is_hidden_and_restorable(api):
    (note,) = api.remember("tea")
    api.call("DELETE", f"{NS}/notes/{note}", params={"reason": "wrong"})
    hidden, shown = _listed(api), _listed(api, status="forgotten")
    api.call("POST", f"{NS}/notes/{note}/restore")

    assert (hidden, shown, _listed(api)) == ([], [note], [note])


def test_history_tells_what_happened_and_why(api):
    (note,) = api.remember("tea")
    api.call("DELETE", f"{NS}/notes/{note}", params={"reason": "wrong"})

    items = api.call("GET", f"{NS}/notes/{note}/history").json()["items"]

    assert [item["operation"] for item in items] == ["created", "forgotten"]
    assert "wrong" in str(items[1]["patch"])


def test_a_purge_names_in_its_receipt_what_was_there(api):
    first, second = api.remember("green tea", "black tea")

    receipt = api.call("POST", f"{NS}/purge", json={"notes": [first, "no-such-note"]}).json()

    assert (receipt["notes"], receipt["notes_erased"]) == ([first], 1)
    assert _listed(api) == [second]
    assert api.call("GET", f"{NS}/notes/{first}").status_code == 404


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"kind": "document"}, [1]),
        ({"kind": ["document", "fact"]}, [0, 1]),
        ({"session": "s1"}, [1]),
        ({"event_from": "2024-01-01T00:00:00Z"}, [1]),
        ({"event_to": "2024-01-01T00:00:00Z"}, [0]),
    ],
)
def test_a_list_is_narrowed_by_its_parameters(api, params, wanted):
    ids = [
        *api.remember("old fact", event_time="2020-01-01T00:00:00Z"),
        *api.remember("new page", kind="document", session="s1", event_time="2025-01-01T00:00:00Z"),
    ]

    assert _listed(api, **params) == [ids[place] for place in wanted]


def test_a_session_is_read_with_its_rounds_by_speaker(api):
    turns = [
        {"role": "user", "content": "I drink tea"},
        {"role": "assistant", "content": "noted"},
        {"role": "user", "content": "and coffee"},
    ]
    api.call("POST", f"{NS}/sessions", json={"sessions": [{"id": "s1", "turns": turns, "metadata": {"a": 1}}]})

    session = api.call("GET", f"{NS}/sessions/s1").json()

    assert (session["turn_count"], session["metadata"]) == (3, {"a": 1})
    assert [[turn["role"] for turn in note["turns"]] for note in session["notes"]] == [
        ["user", "assistant"],
        ["user"],
    ]


def test_a_session_sent_again_with_more_turns_grows(api):
    turns = [{"role": "user", "content": f"tea {i}"} for i in range(3)]
    for count in (1, 3):
        response = api.call("POST", f"{NS}/sessions", json={"sessions": [{"id": "s1", "turns": turns[:count]}]})

    assert [o["status"] for o in response.json()["outcomes"]] == ["appended"]


def test_recall_explains_and_filters(api):
    api.remember("green tea", metadata={"colour": "green"})
    (black,) = api.remember("black tea", metadata={"colour": "black"})
    question = {
        "query": "tea",
        "explain": True,
        "filter": {"field": "metadata.colour", "op": "eq", "value": "black"},
    }

    answer = api.call("POST", f"{NS}/recall", json=question).json()

    assert [hit["note"]["id"] for hit in answer["hits"]] == [black]
    assert answer["hits"][0]["arms"]["dense"]["rank"] == 1


def test_recall_by_session_gives_sessions(api):
    body = {"sessions": [{"id": "s1", "turns": [{"role": "user", "content": "green tea"}]}]}
    api.call("POST", f"{NS}/sessions", json=body)

    answer = api.call("POST", f"{NS}/recall", json={"query": "tea", "level": "session"}).json()

    assert [hit["session"]["id"] for hit in answer["sessions"]] == ["s1"]


def test_recall_of_an_unknown_namespace_is_empty(api):
    response = api.call("POST", f"{NS}/recall", json={"query": "tea"})

    assert (response.status_code, response.json()["hits"]) == (200, [])


@pytest.mark.parametrize(("limit", "shown"), [(3, (3, False)), (2, (2, True))])
def test_a_session_says_when_not_all_of_its_notes_are_given(api, monkeypatch, limit, shown):
    monkeypatch.setattr("memsvc.memory.look_up.SESSION_NOTES", limit)
    monkeypatch.setattr("memsvc.api.routes.sessions.SESSION_NOTES", limit)
    api.remember("a", "b", "c", session="s")

    session = api.call("GET", "/v1/namespaces/ns/sessions/s").json()

    assert (len(session["notes"]), session["truncated"]) == shown
