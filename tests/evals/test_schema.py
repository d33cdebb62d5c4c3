from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.question import parse_question
from memsvc_evals.longmemeval.schema import read_questions


def write(tmp_path: Path, data: object) -> Path:
    path = tmp_path / "lme.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def test_reads_the_official_format_and_gives_it_back(three_file: Path, three_raw: list[dict[str, Any]]) -> None:
    assert [question.to_official() for question in read_questions(three_file)] == three_raw


def test_questions_before_a_cut_are_read(tmp_path: Path, three_file: Path) -> None:
    text = three_file.read_text(encoding="utf-8")
    questions = read_questions(write(tmp_path, text[: len(text) - 300]))
    assert (next(questions).id, next(questions).id) == ("7e974930", "f4f1d8a4_abs")
    with pytest.raises(InvalidInput, match=r"lme\.json: not valid JSON after 2 whole questions"):
        next(questions)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("question_id", None, "question 1: question_id: is missing"),
        ("question", 7, r"question 1 \(f4f1d8a4_abs\): question: must be a non-empty string"),
        ("answer", [1], "answer: must be a string or an integer"),
        ("answer", True, "answer: must be a string or an integer"),
        ("question_date", "2023-05-30", "question_date: '2023-05-30' is no date of the form"),
        ("question_date", "2023/02/30 (Thu) 10:00", "question_date: .* is no date"),
        ("haystack_dates", ["x"] * 5, r"haystack_dates\[0\]: 'x' is no date"),
        ("haystack_dates", [], "must be parallel; there are 5 ids, 0 dates and 5 sessions"),
        ("haystack_sessions", {}, "haystack_sessions: must be a list"),
        ("haystack_session_ids", None, "haystack_session_ids: is missing"),
        ("answer_session_ids", ["gone"], r"answer_session_ids\[0\]: 'gone' is not in the haystack"),
        ("turn.role", "system", r"haystack_sessions\[1\]\[0\]\.role: must be user or assistant"),
        ("turn.content", None, r"haystack_sessions\[1\]\[0\]\.content: must be a string, not NoneType"),
        ("turn.has_answer", "yes", r"haystack_sessions\[1\]\[0\]\.has_answer: must be true or false"),
    ],
)
def test_wrong_field_is_named_with_its_question(
    tmp_path: Path, three_raw: list[dict[str, Any]], field: str, value: object, message: str
) -> None:
    place = three_raw[1]["haystack_sessions"][1][0] if field.startswith("turn.") else three_raw[1]
    place[field.removeprefix("turn.")] = value
    with pytest.raises(InvalidInput, match=message):
        list(read_questions(write(tmp_path, three_raw)))


def test_empty_haystack_is_refused(tmp_path: Path, three_raw: list[dict[str, Any]]) -> None:
    three_raw[0].update(haystack_dates=[], haystack_session_ids=[], haystack_sessions=[], answer_session_ids=[])
    with pytest.raises(InvalidInput, match="is empty: there is nothing to remember"):
        list(read_questions(write(tmp_path, three_raw)))


def test_repeated_question_is_refused(tmp_path: Path, three_raw: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidInput, match="question 3: question_id: '7e974930' was there before"):
        list(read_questions(write(tmp_path, [*three_raw, three_raw[0]])))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not valid JSON"),
        ("[]", "holds no questions"),
        ('{"question_id": 1}', "one JSON array"),
        ("[1]", "question 0: must be an object, not int"),
        ("[NaN]", "not valid JSON"),
        ("[" * 9000, "not valid JSON"),
    ],
)
def test_what_is_not_the_format_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        list(read_questions(write(tmp_path, text)))


def test_bytes_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lme.json"
    path.write_bytes(b'[{"question_id": "\xff\xfe"}]')
    with pytest.raises(InvalidInput, match="not valid JSON"):
        list(read_questions(path))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*gone\.json: No such file"):
        list(read_questions(tmp_path / "gone.json"))


def test_half_of_a_surrogate_pair_is_refused_where_the_parser_lets_it_through(
    three_raw: list[dict[str, Any]],
) -> None:
    three_raw[0]["haystack_sessions"][1][0]["content"] = "\ud800"
    with pytest.raises(
        InvalidInput, match=r"haystack_sessions\[1\]\[0\]\.content: holds half of a surrogate pair"
    ):
        parse_question(three_raw[0], "test")
