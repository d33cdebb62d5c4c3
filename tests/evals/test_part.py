from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.outline import read_outline
from memsvc_evals.longmemeval.part import Part, Split, parse_types, split_of
from memsvc_evals.longmemeval.schema import read_questions

IDS = ["7e974930", "f4f1d8a4_abs", "8cf51dda"]
TYPES = ["single-session-assistant", "single-session-user", "knowledge-update"]


def taken(part: Part, path: Path) -> list[str]:
    return [question.id for question in part.of(read_questions(path))]


def test_halves_follow_the_parity_of_the_hash() -> None:
    digest = int(hashlib.sha256(b"8cf51dda").hexdigest(), 16)
    assert split_of("8cf51dda") is (Split.CHECK if digest % 2 else Split.TUNE)


def test_halves_make_up_the_file(three_file: Path) -> None:
    halves = [taken(Part(split=half), three_file) for half in Split]
    assert sorted(halves[0] + halves[1]) == sorted(IDS)


def test_offset_and_limit_count_what_the_types_leave(three_file: Path) -> None:
    kinds = {question.type for question in read_questions(three_file) if question.id != IDS[0]}
    assert taken(Part(offset=1, limit=1, types=frozenset(kinds)), three_file) == [IDS[2]]


def test_nothing_behind_the_limit_is_read(tmp_path: Path, three_file: Path) -> None:
    path = tmp_path / "cut.json"
    text = three_file.read_text(encoding="utf-8")
    path.write_text(text[: text.index(IDS[2]) + 40], encoding="utf-8")
    assert taken(Part(limit=2), path) == IDS[:2]


def test_size_is_what_is_taken(three_file: Path) -> None:
    marks = read_outline(three_file).questions
    parts = [Part(), Part(offset=2), Part(offset=9), Part(1, 1), Part(split=Split.TUNE), Part(limit=1)]
    assert [part.size(marks) for part in parts] == [len(taken(part, three_file)) for part in parts]


def test_types_are_separated_by_commas() -> None:
    assert parse_types("multi-session, temporal-reasoning") == {"multi-session", "temporal-reasoning"}
    assert parse_types(None) == frozenset()


@pytest.mark.parametrize("text", ["temporal", "", ",", "multi-session,x"])
def test_unknown_types_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not among knowledge-update, multi-session"):
        parse_types(text)


def test_outline_has_digest_and_questions(three_file: Path) -> None:
    outline = read_outline(three_file)
    assert outline.data.sha256 == hashlib.sha256(three_file.read_bytes()).hexdigest()
    assert outline.questions == tuple((q.id, q.type) for q in read_questions(three_file))
    assert outline.data.questions == 3


def test_outline_finds_fields_across_blocks(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    mark = '{"question_id": "a", "question_type": "t"}'
    padding = " " * ((1 << 20) - 25)
    path.write_text(f"[{padding}{mark}{padding}{mark}]")
    assert read_outline(path).questions == (("a", "t"), ("a", "t"))


def test_quoted_field_names_in_texts_are_no_questions(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(r'[{"question_id": "a", "question": "what is \"question_id\": \"b\"?"}]')
    assert read_outline(path).questions == (("a", ""),)
