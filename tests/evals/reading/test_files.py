"""The files of hypotheses and verdicts: resumed after a kill, refused when they are another run's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.answering.hypotheses import HypothesisFile, ReadingRecord, readings_path
from memsvc_evals.longmemeval.answering.jsonl import JsonLines
from memsvc_evals.longmemeval.judging.judge import Verdict
from memsvc_evals.longmemeval.judging.results import ResultFile, read_hypotheses, results_path

CONFIG = {"model": "small", "mode": "con"}


def test_hypotheses_are_of_the_official_form(tmp_path: Path) -> None:
    HypothesisFile(tmp_path / "h", CONFIG).put(ReadingRecord("q1", True), "blue")
    assert json.loads((tmp_path / "h").read_text()) == {"question_id": "q1", "hypothesis": "blue"}


def test_a_later_run_knows_what_is_answered(tmp_path: Path) -> None:
    first = HypothesisFile(tmp_path / "h", CONFIG)
    first.put(ReadingRecord("q1", True), "blue")
    first.put(ReadingRecord("q2", False, error="llm-unavailable"), None)
    later = HypothesisFile(tmp_path / "h", CONFIG)
    assert (later.has("q1"), later.has("q2")) == (True, False)


def test_a_torn_line_is_dropped_and_asked_again(tmp_path: Path) -> None:
    HypothesisFile(tmp_path / "h", CONFIG).put(ReadingRecord("q1", True), "blue")
    with (tmp_path / "h").open("a") as file:
        file.write('{"question_id": "q2", "hypo')
    later = HypothesisFile(tmp_path / "h", CONFIG)
    later.put(ReadingRecord("q2", True), "red")
    assert read_hypotheses(tmp_path / "h") == {"q1": "blue", "q2": "red"}


def test_a_last_line_without_its_end_is_kept(tmp_path: Path) -> None:
    (tmp_path / "h").write_text('{"question_id": "q1", "hypothesis": "blue"}')
    lines = JsonLines(tmp_path / "h")
    lines.keep(lambda _: True)
    lines.append({"question_id": "q2", "hypothesis": "red"})
    assert list(lines.read()) == ["q1", "q2"]


def test_answers_of_another_configuration_are_refused(tmp_path: Path) -> None:
    HypothesisFile(tmp_path / "h", CONFIG).put(ReadingRecord("q1", True), "blue")
    with pytest.raises(InvalidInput, match="another model, log or options"):
        HypothesisFile(tmp_path / "h", CONFIG | {"mode": "direct"})


def test_failures_alone_do_not_bind_a_file_to_their_configuration(tmp_path: Path) -> None:
    wrong = HypothesisFile(tmp_path / "h", CONFIG | {"model": "no-such-model"})
    wrong.put(ReadingRecord("q1", True, error="llm-refused"), None)
    HypothesisFile(tmp_path / "h", CONFIG).put(ReadingRecord("q2", True), "blue")
    assert list(JsonLines(readings_path(tmp_path / "h")).read()) == ["q2"]
    assert json.loads((tmp_path / "h.run.json").read_text())["config"] == CONFIG


@pytest.mark.parametrize(
    "text", ['[{"question_id": "q1", "hypothesis": "blue"}]', "blue", '{"question_id": "q1", "hyp']
)
def test_a_file_without_a_hypothesis_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "h").write_text(text)
    with pytest.raises(InvalidInput, match="is it a file of hypotheses"):
        read_hypotheses(tmp_path / "h")


def test_an_empty_file_holds_no_hypotheses(tmp_path: Path) -> None:
    (tmp_path / "h").write_text("")
    assert read_hypotheses(tmp_path / "h") == {}


def test_a_file_of_unknown_origin_is_refused(tmp_path: Path) -> None:
    (tmp_path / "h").write_text("")
    with pytest.raises(InvalidInput, match=r"h\.run\.json is not"):
        HypothesisFile(tmp_path / "h", CONFIG)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json\n", "line 1: must be one JSON object"),
        ('{"hypothesis": "x"}\n', "line 1: question_id"),
        ('{"question_id": "q1"}\n', "question q1: hypothesis"),
        ('{"question_id": "q1", "hypothesis": 420}\n', "question q1: hypothesis"),
        ('{"question_id": "q1", "hypothesis": "x"}\n' * 2, "line 2: question_id: 'q1' was there before"),
    ],
)
def test_bad_hypotheses_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "h").write_text(text)
    with pytest.raises(InvalidInput, match=message):
        read_hypotheses(tmp_path / "h")


def test_a_missing_file_of_hypotheses_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        read_hypotheses(tmp_path / "h")


def test_the_result_file_is_named_by_the_judge_whatever_its_name(tmp_path: Path) -> None:
    assert results_path(tmp_path / "h.jsonl", "gpt-4o").name == "h.jsonl.eval-results-gpt-4o"
    assert results_path(tmp_path / "h", "../org/a b:7").name == "h.eval-results-..-org-a-b-7"


def test_verdicts_are_of_the_official_form(tmp_path: Path) -> None:
    ResultFile(tmp_path / "r", {"q1": "blue"}).put(Verdict("q1", "blue", True, "judge-1"))
    assert json.loads((tmp_path / "r").read_text()) == {
        "question_id": "q1",
        "hypothesis": "blue",
        "autoeval_label": {"model": "judge-1", "label": True},
    }


def test_a_verdict_on_a_changed_hypothesis_is_dropped(tmp_path: Path) -> None:
    first = ResultFile(tmp_path / "r", {"q1": "blue", "q2": "old"})
    first.put(Verdict("q1", "blue", True, "judge-1"))
    first.put(Verdict("q2", "old", True, "judge-1"))
    later = ResultFile(tmp_path / "r", {"q1": "blue", "q2": "new"})
    assert later.verdicts == {"q1": Verdict("q1", "blue", True, "judge-1")}
    assert len((tmp_path / "r").read_text().splitlines()) == 1


def test_a_result_file_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r").write_text('{"question_id": "q1", "hypothesis": "blue", "autoeval_label": "yes"}\n')
    with pytest.raises(InvalidInput, match="q1: autoeval_label"):
        ResultFile(tmp_path / "r", {"q1": "blue"})
