from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.locomo.parsing import parse_conversation
from memsvc_evals.locomo.schema import read_conversations

Write = Callable[[object], Path]


def test_sessions_are_in_the_order_of_numbers_with_their_dates(write: Write, raw: dict[str, Any]) -> None:
    (conversation,) = read_conversations(write([raw]))
    assert [session.number for session in conversation.sessions] == [1, 2, 10]
    assert conversation.sessions[0].at == datetime(2022, 3, 3, 0, 5, tzinfo=UTC)


def test_document_has_speaker_text_and_caption(write: Write, raw: dict[str, Any]) -> None:
    (conversation,) = read_conversations(write([raw]))
    assert [turn.document for turn in conversation.sessions[0].turns[1:]] == [
        "Tomas: I am learning the accordion with a neighbour.",
        "Ilse: Look at this! [image: a heron beside a frozen canal]",
    ]


def test_evidence_is_repaired(write: Write, raw: dict[str, Any]) -> None:
    (conversation,) = read_conversations(write([raw]))
    assert [question.evidence for question in conversation.questions] == [
        ("D1:1", "D2:1"),
        ("D2:2",),
        ("D10:1",),
        ("D1:3",),
        ("D1:2",),
        (),
    ]


def test_answers_are_text_and_never_the_trap(write: Write, raw: dict[str, Any]) -> None:
    (conversation,) = read_conversations(write([raw]))
    assert [question.answer for question in conversation.questions[1:5]] == [
        "2022",
        "Yes; he has a sailboat",
        "a heron",
        None,
    ]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["sample_id"], None, "conversation 0: sample_id: is missing"),
        (["sample_id"], 7, "conversation 0: sample_id: must be a string, not int"),
        (["conversation"], [], r"conversation 0 \(made-1\): conversation: must be an object, not list"),
        (["conversation"], {"speaker_a": "Ilse"}, "conversation: has no session with turns"),
        (["conversation", "session_2"], "x", r"\(made-1\): conversation: session_2: must be a list, not str"),
        (["conversation", "session_2_date_time"], None, "conversation: session_2_date_time: is missing"),
        (["conversation", "session_2_date_time"], "soon", r"conversation\.session_2_date_time: 'soon' is no date"),
        (["conversation", "session_1", 1], 3, r"conversation\.session_1\[1\]: must be an object, not int"),
        (["conversation", "session_1", 1, "dia_id"], "one", r"session_1\[1\]: dia_id: 'one' is not of the form"),
        (["conversation", "session_1", 1, "dia_id"], "D1:01", "session_1: dia_id 'D1:1' was there before"),
        (["conversation", "session_1", 1, "speaker"], " ", r"session_1\[1\]: speaker: must not be empty"),
        (["conversation", "session_1", 1, "text"], None, r"session_1\[1\]: text: is missing"),
        (["conversation", "session_1", 2, "blip_caption"], 4, r"session_1\[2\]: blip_caption: must be a string"),
        (["qa"], None, r"conversation 0 \(made-1\): qa: is missing"),
        (["qa", 0], None, r"qa\[0\]: is missing"),
        (["qa", 0, "question"], "", r"qa\[0\]: question: must not be empty"),
        (["qa", 0, "category"], 6, r"qa\[0\]: category: must be 1 to 5, not 6"),
        (["qa", 0, "category"], True, r"qa\[0\]: category: must be 1 to 5, not True"),
        (["qa", 0, "evidence"], "D1:1", r"qa\[0\]: evidence: must be a list, not str"),
        (["qa", 0, "evidence"], [[1]], r"qa\[0\]: evidence\[0\]: must be a string, not list"),
        (["qa", 0, "answer"], None, r"qa\[0\]: answer: is missing"),
        (["qa", 0, "answer"], True, r"qa\[0\]: answer: must be a string, not bool"),
    ],
)
def test_wrong_field_is_named_with_its_conversation(
    write: Write, raw: dict[str, Any], path: list[Any], value: object, message: str
) -> None:
    place: Any = raw
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InvalidInput, match=message):
        list(read_conversations(write([raw])))


def test_half_a_surrogate_pair_is_refused(raw: dict[str, Any]) -> None:
    raw["qa"][0]["question"] = "\ud800?"
    with pytest.raises(InvalidInput, match=r"here \(made-1\): qa\[0\]: question: holds half of a surrogate pair"):
        parse_conversation(raw, "here")


def test_repeated_conversation_is_refused(write: Write, raw: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="conversation 1: sample_id: 'made-1' was there before"):
        list(read_conversations(write([raw, raw])))


def test_conversations_before_a_cut_are_read(write: Write, raw: dict[str, Any]) -> None:
    text = json.dumps([raw, raw | {"sample_id": "made-2"}])
    conversations = read_conversations(write(text[:-100]))
    assert next(conversations).id == "made-1"
    with pytest.raises(InvalidInput, match=r"locomo\.json: not valid JSON after 1 whole conversations"):
        next(conversations)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "not valid JSON"),
        ("[]", "holds no conversations"),
        ('{"qa": []}', "one JSON array"),
        ("[1]", "conversation 0: must be an object, not int"),
        ("[NaN]", "not valid JSON"),
        (b'[{"sample_id": "\xff\xfe"}]', "not valid JSON"),
    ],
)
def test_what_is_not_the_format_is_refused(write: Write, data: str | bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        list(read_conversations(write(data)))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*gone\.json: No such file"):
        list(read_conversations(tmp_path / "gone.json"))
