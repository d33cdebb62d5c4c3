"""Cursors: they page through everything once, and open only where they were made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.api.cursors import Cursors, cursor_key
from memsvc.errors import InvalidCursor, InvalidInput
from memsvc.settings import Settings

NS = "/v1/namespaces/ns"


def _pages(api, path, params):
    seen, cursor = [], None
    while True:
        page = api.call("GET", path, params={**params, **({"cursor": cursor} if cursor else {})}).json()
        seen.append(page["items"])
        cursor = page["next"]
        if cursor is None:
            return seen


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
def test_notes_page_through_once_in_order(api, limit):
    ids = api.remember(*(f"tea {i}" for i in range(5)))

    pages = _pages(api, f"{NS}/notes", {"limit": limit})

    assert [note["id"] for page in pages for note in page] == ids
    assert all(len(page) <= limit for page in pages)


def test_namespaces_page_by_name(api):
    for name in ("b", "a", "c"):
        api.remember("tea", namespace=name)

    pages = _pages(api, "/v1/namespaces", {"limit": 2})

    assert [[item["name"] for item in page] for page in pages] == [["a", "b"], ["c"]]


def test_sessions_page_through_once(api):
    turns = [{"role": "user", "content": "tea"}]
    body = {"sessions": [{"id": f"s{i}", "turns": turns} for i in range(3)]}
    api.call("POST", f"{NS}/sessions", json=body)

    pages = _pages(api, f"{NS}/sessions", {"limit": 2})

    assert [[item["id"] for item in page] for page in pages] == [["s0", "s1"], ["s2"]]


def test_recall_pages_are_the_ranking_cut_up(api):
    api.remember(*(f"green tea number {i}" for i in range(6)))

    def recall(**more):
        return api.call("POST", f"{NS}/recall", json={"query": "green tea", **more}).json()

    whole = [hit["note"]["id"] for hit in recall(k=6)["hits"]]
    first = recall(k=3)
    second = recall(k=3, cursor=first["next"])

    assert [hit["note"]["id"] for page in (first, second) for hit in page["hits"]] == whole


def test_a_recall_cursor_does_not_mind_the_order_of_sets(api):
    api.remember(*(f"green tea number {i}" for i in range(4)))
    question = {"query": "tea", "k": 1, "kinds": ["fact", "round", "document"]}
    cursor = api.call("POST", f"{NS}/recall", json=question).json()["next"]

    response = api.call(
        "POST", f"{NS}/recall", json={**question, "kinds": question["kinds"][::-1], "cursor": cursor}
    )

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("path", "params"),
    [
        (f"{NS}/notes", {"status": "forgotten"}),
        (f"{NS}/notes", {"kind": "fact"}),
        (f"{NS}/notes", {"session": "s"}),
        (f"{NS}/notes", {"event_from": "2024-01-01T00:00:00Z"}),
        ("/v1/namespaces/other/notes", {}),
        (f"{NS}/sessions", {}),
        ("/v1/namespaces", {}),
    ],
)
def test_a_cursor_of_another_query_is_refused(api, path, params):
    api.remember("green tea", "black tea")
    cursor = api.call("GET", f"{NS}/notes", params={"limit": 1}).json()["next"]

    response = api.call("GET", path, params={**params, "limit": 1, "cursor": cursor})

    assert (response.status_code, response.json()["code"]) == (400, "invalid-cursor")


def test_a_recall_cursor_of_another_question_is_refused(api):
    api.remember("green tea", "black tea")
    cursor = api.call("POST", f"{NS}/recall", json={"query": "tea", "k": 1}).json()["next"]

    response = api.call("POST", f"{NS}/recall", json={"query": "coffee", "k": 1, "cursor": cursor})

    assert (response.status_code, response.json()["code"]) == (400, "invalid-cursor")


@given(position=st.integers(0, 2**63) | st.text(max_size=128), binding=st.lists(st.text(), max_size=3))
def test_a_cursor_opens_to_its_position(position, binding):
    cursors = Cursors(b"key")

    assert cursors.open(cursors.make(position, *binding), *binding) == position


@given(position=st.integers(0, 2**63), at=st.integers(0), flip=st.integers(1, 63))
def test_a_changed_cursor_does_not_open(position, at, flip):
    cursors = Cursors(b"key")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = cursors.make(position, "q")
    at %= len(text) - 1
    changed = text[:at] + alphabet[(alphabet.index(text[at]) + flip) % 64] + text[at + 1 :]

    with pytest.raises(InvalidCursor):
        cursors.open(changed, "q")


@given(st.text(max_size=100) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_any_other_text_does_not_open(text):
    with pytest.raises(InvalidCursor):
        Cursors(b"key").open(text)


def test_a_cursor_does_not_show_its_position():
    cursors = Cursors(b"key")
    one, other = cursors.make(1, "a"), cursors.make(1, "b")

    assert one[22:] != other[22:]


def test_another_key_does_not_open_it():
    with pytest.raises(InvalidCursor):
        Cursors(b"two").open(Cursors(b"one").make(1))


def test_the_key_is_kept_for_the_owner_in_the_data_directory(tmp_path):
    settings = Settings(data_dir=tmp_path / "new")

    first, second = cursor_key(settings), cursor_key(settings)

    assert (len(first), first) == (32, second)
    assert (tmp_path / "new" / "cursor.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["cursor.key"]


@pytest.mark.parametrize("kept", [b"", b"x" * 31])
def test_a_damaged_key_is_refused(tmp_path, kept):
    (tmp_path / "cursor.key").write_bytes(kept)

    with pytest.raises(InvalidInput, match="delete the file"):
        cursor_key(Settings(data_dir=tmp_path))
