"""Files that are wrong from some question on: named, exit code 2, and what was done is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from memsvc_evals.cli import app

CLI = CliRunner()
Raw = list[dict[str, Any]]
Spoil = Callable[[Raw], None]


def run(path: Path, folder: Path, *options: str) -> Result:
    """Run with a report file, logs and a folder for results."""
    outputs = ["--json", str(folder / "r.json"), "--logs", str(folder / "log")]
    command = ["longmemeval", str(path), "--retriever", "bm25-official", "--resume", str(folder / "kept")]
    return CLI.invoke(app, [*command, *outputs, *(options or ("--workers", "1"))])


def write(folder: Path, raw: Raw, *, cut: int = 0) -> Path:
    path = folder / "lme.json"
    text = json.dumps(raw)
    path.write_text(text[: len(text) - cut], encoding="utf-8")
    return path


def check_kept(folder: Path, questions: list[str], error: str) -> None:
    """Check that every output holds just these questions, and that the report says why there are no more."""
    lines = (folder / "kept" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["question"] for line in lines] == questions
    for name in ("session", "turn"):
        lines = (folder / f"log_retrievallog_{name}").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["question_id"] for line in lines] == questions
    report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert [question["question_id"] for question in report["report"]["questions"]] == questions
    assert report["figures"]["session/ids_all/recall_all@5"]["n"] == len(questions)
    assert error in report["report"]["incomplete"]


def set_field(index: int, field: str, value: Any) -> Spoil:
    def spoil(raw: Raw) -> None:
        raw[index][field] = value

    return spoil


def set_content(value: Any) -> Spoil:
    def spoil(raw: Raw) -> None:
        raw[2]["haystack_sessions"][0][0]["content"] = value

    return spoil


def set_haystack_date(raw: Raw) -> None:
    raw[2]["haystack_dates"][1] = "30 May 2023"


def empty_haystack(raw: Raw) -> None:
    raw[2] |= {"haystack_sessions": [], "haystack_dates": [], "haystack_session_ids": [], "answer_session_ids": []}


WRONG = {
    "wrong type of a field": (set_field(2, "question", ["x"]), "(8cf51dda): question: must be a non-empty string"),
    "wrong type of a list": (set_field(2, "haystack_sessions", "x"), "haystack_sessions: must be a list"),
    "wrong type of a turn": (set_content(7), "haystack_sessions[0][0].content: must be a string, not int"),
    "NUL in a turn": (set_content("a\0b"), "haystack_sessions[0][0].content: holds a NUL character"),
    "NUL in the question": (set_field(2, "question", "a\0b"), "question: holds a NUL character"),
    "repeated question": (set_field(2, "question_id", "7e974930"), "question_id: '7e974930' was there before"),
    "date of the question": (set_field(2, "question_date", "now"), "question_date: 'now' is no date"),
    "date of a session": (set_haystack_date, "haystack_dates[1]: '30 May 2023' is no date"),
    "empty haystack": (empty_haystack, "haystack_sessions: is empty: there is nothing to remember"),
}


@pytest.mark.parametrize(("spoil", "error"), WRONG.values(), ids=WRONG)
def test_wrong_question_is_named_and_those_before_it_are_kept(
    three_raw: Raw, tmp_path: Path, spoil: Spoil, error: str
) -> None:
    spoil(three_raw)
    result = run(write(tmp_path, three_raw), tmp_path)
    assert result.exit_code == 2
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert line.startswith("error: lme.json: question 2")
    assert error in line
    check_kept(tmp_path, ["7e974930", "f4f1d8a4_abs"], error)


@pytest.mark.parametrize("cut", [1, 2, 300, 5000])
def test_cut_off_file_is_named_and_the_whole_questions_are_kept(three_raw: Raw, tmp_path: Path, cut: int) -> None:
    result = run(write(tmp_path, three_raw, cut=cut), tmp_path)
    whole = ["7e974930", "f4f1d8a4_abs", "8cf51dda"][: 3 if cut == 1 else 2]
    error = f"lme.json: not valid JSON after {len(whole)} whole questions"
    assert result.exit_code == 2
    assert error in result.stderr
    check_kept(tmp_path, whole, error)


def test_page_of_half_a_run_says_so(three_raw: Raw, tmp_path: Path) -> None:
    run(write(tmp_path, three_raw, cut=300), tmp_path, "--workers", "1", "--report", str(tmp_path / "page"))
    page = (tmp_path / "page" / "report.md").read_text(encoding="utf-8")
    assert "Incomplete: the run ended early (lme.json: not valid JSON after 2 whole questions" in page


@pytest.mark.slow
def test_processes_keep_the_same(three_raw: Raw, tmp_path: Path) -> None:
    result = run(write(tmp_path, three_raw, cut=300), tmp_path, "--workers", "2")
    assert result.exit_code == 2
    check_kept(tmp_path, ["7e974930", "f4f1d8a4_abs"], "not valid JSON after 2 whole questions")


def test_mended_file_is_another_file_for_the_kept_results(three_raw: Raw, tmp_path: Path) -> None:
    run(write(tmp_path, three_raw, cut=300), tmp_path)
    result = run(write(tmp_path, three_raw), tmp_path)
    assert result.exit_code == 2
    assert "holds a run with another configuration or data file" in result.stderr


def test_nothing_is_written_when_the_first_question_is_wrong(three_raw: Raw, tmp_path: Path) -> None:
    three_raw[0]["question_date"] = "now"
    result = run(write(tmp_path, three_raw), tmp_path)
    assert result.exit_code == 2
    assert "lme.json: question 0 (7e974930): question_date: 'now' is no date" in result.stderr
    assert not (tmp_path / "r.json").exists()


def test_wrong_question_behind_the_limit_does_not_matter(three_raw: Raw, tmp_path: Path) -> None:
    three_raw[2]["question_date"] = "now"
    result = run(write(tmp_path, three_raw), tmp_path, "--limit", "2", "--workers", "1")
    assert result.exit_code == 0, result.output
