"""The official file of dated events."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from memsvc.errors import InvalidInput
from memsvc.ports.extraction import Event
from memsvc_evals.longmemeval.expansion.event_file import read_event_file, write_event_file

DAY, NEXT = date(2023, 5, 21), date(2023, 5, 22)


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "events.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    events = {"q1": ((Event(DAY, DAY, "a"), Event(DAY, NEXT, "b")), None, ()), "q2": ()}
    write_event_file(path, events)
    assert read_event_file(path) == events


def test_the_official_code_finds_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    write_event_file(path, {"q1": ((Event(DAY, DAY, "a"),), None)})
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {"question_id": "q1", "timestamped_facts": [[{"date": "2023/05/21", "event": "a"}], None]}
    ]


@pytest.mark.parametrize(
    "fact",
    [
        '"run"',
        "{}",
        '{"event": "a"}',
        '{"date": "2023/02/30"}',
        '{"date": "N/A"}',
        '{"date": null}',
        '{"date": 3}',
    ],
)
def test_a_fact_without_a_day_is_passed_over(tmp_path: Path, fact: str) -> None:
    good = '{"date": "2023/05/21", "event": "a"}'
    path = _file(tmp_path, f'[{{"question_id": "q", "timestamped_facts": [[{fact}, {good}]]}}]')
    assert read_event_file(path) == {"q": ((Event(DAY, DAY, "a"),),)}


def test_an_end_before_the_start_is_none(tmp_path: Path) -> None:
    fact = '{"date": "2023/05/21", "end": "2023/05/20", "event": "a"}'
    path = _file(tmp_path, f'[{{"question_id": "q", "timestamped_facts": [[{fact}]]}}]')
    assert read_event_file(path) == {"q": ((Event(DAY, DAY, "a"),),)}


def test_what_is_no_list_of_facts_is_a_failed_extraction(tmp_path: Path) -> None:
    path = _file(tmp_path, '[{"question_id": "q", "timestamped_facts": [null, "none", {}, []]}]')
    assert read_event_file(path) == {"q": (None, None, None, ())}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "must be one JSON array, not dict"),
        ("[1]", "item 0: must be an object with question_id"),
        ('[{"timestamped_facts": []}]', "item 0: must be an object with question_id"),
        ('[{"question_id": "q"}]', r"item 0 \(q\): timestamped_facts: must be a list"),
        ("[", "not valid JSON"),
    ],
)
def test_a_malformed_file_is_refused_by_file_and_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^events\.json: {problem}"):
        read_event_file(_file(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        read_event_file(tmp_path / "events.json")


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "events.json" / "in the way").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="cannot write"):
        write_event_file(tmp_path / "events.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["events.json"]
