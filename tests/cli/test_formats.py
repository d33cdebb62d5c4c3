"""Reading files: which format they have, and what is in a chat export."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memsvc.cli.formats.chat import read_chat
from memsvc.cli.formats.entries import Entry, Refused
from memsvc.cli.formats.files import Format
from memsvc.cli.formats.reading import count_units, detect
from memsvc.errors import InvalidInput
from memsvc.wire import NewSession

MESSAGES = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}]


def sessions(document: Any, name: str = "chat.json") -> list[NewSession]:
    read = list(read_chat(json.dumps(document).encode(), name))
    assert all(isinstance(place, Entry) for place in read), read
    return [place.payload for place in read if isinstance(place, Entry) and isinstance(place.payload, NewSession)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.jsonl", "[1]", Format.JSONL),
        ("a.ndjson", "", Format.JSONL),
        ("a.json", '[{"question_id": "q1"', Format.LONGMEMEVAL),
        ("b.json", '{"content": "x"}\n{"content": "y"}\n', Format.JSONL),
        ("c.json", '{"messages": []}', Format.CHAT),
        ("d.json", '[{"role": "user", "content": "x"}]', Format.CHAT),
        ("e.json", '[{"title": "x", "mapping": {}}]', Format.CHAT),
    ],
)
def test_the_format_is_recognised(tmp_path: Path, name: str, text: str, expected: Format) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert detect(path) is expected


def test_questions_are_counted_across_the_edges_of_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b" " * (2**20 - 5) + b'"question_id" "question_id"')
    assert count_units(path, Format.LONGMEMEVAL) == 2


def test_a_plain_list_of_messages_is_one_session() -> None:
    assert [[turn.content for turn in s.turns] for s in sessions(MESSAGES)] == [["Hi.", "Hello."]]


def test_ids_are_the_same_next_time_and_differ_by_file() -> None:
    first, again, other = sessions(MESSAGES)[0], sessions(MESSAGES)[0], sessions(MESSAGES, "other.json")[0]
    assert (first.id == again.id, first.id == other.id) == (True, False)


def test_parts_are_joined_and_messages_without_text_left_out() -> None:
    parts = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "!"},
    ]
    messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": None, "tool_calls": []}]
    assert [turn.content for turn in sessions({"messages": messages})[0].turns] == ["Look:\n!"]


def _node(parent: str | None, role: str | None, text: str = "") -> dict[str, Any]:
    message = {"author": {"role": role}, "create_time": 1714564800.0, "content": {"parts": [text]}}
    return {"parent": parent, "message": message if role else None}


def test_a_chatgpt_export_gives_the_branch_that_was_seen() -> None:
    conversation = {
        "title": "Dogs",
        "create_time": 1714564800.0,
        "conversation_id": "c-1",
        "current_node": "d",
        "mapping": {
            "root": _node(None, None),
            "a": _node("root", "user", "Which dog?"),
            "b": _node("a", "assistant", "A poodle."),
            "d": _node("a", "assistant", "A beagle."),
        },
    }
    session = sessions([conversation])[0]
    assert (session.id, session.started_at, session.metadata) == (
        "c-1",
        datetime(2024, 5, 1, 12, tzinfo=UTC),
        {"title": "Dogs"},
    )
    assert [(turn.role, turn.content) for turn in session.turns] == [
        ("user", "Which dog?"),
        ("assistant", "A beagle."),
    ]


def test_a_circle_of_parents_ends() -> None:
    mapping = {"a": _node("b", "user", "one"), "b": _node("a", "assistant", "two")}
    assert len(sessions({"mapping": mapping})[0].turns) == 2


@pytest.mark.parametrize(
    ("conversation", "named"),
    [
        ("text", "must be an object"),
        ({"title": "x"}, "must have messages"),
        ({"messages": []}, "turns: "),
        ({"messages": [{"content": "x"}]}, "turns.0.role: "),
        ({"messages": ["x"]}, "turns.0: "),
    ],
    ids=["text", "nothing", "empty", "no role", "no object"],
)
def test_a_wrong_conversation_is_refused_alone(conversation: Any, named: str) -> None:
    wrong, right = read_chat(json.dumps([conversation, {"messages": MESSAGES}]).encode(), "chat.json")
    assert isinstance(wrong, Refused)
    assert (wrong.place, named in wrong.detail, type(right)) == ("conversation 1", True, Entry)


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[]", b'"text"', b"[" * 100_000])
def test_a_file_that_is_no_chat_is_bad_input(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"chat\.json"):
        list(read_chat(data, "chat.json"))
