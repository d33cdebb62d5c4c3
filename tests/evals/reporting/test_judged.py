from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app

CLI = CliRunner()


def judge(folder: Path, labels: Mapping[str, bool], tokens: Mapping[str, int]) -> Path:
    """Write verdicts of a judge, and the records of the answers beside them."""
    path = folder / "hyp.jsonl.eval-results-gpt-4o"
    lines = [
        {"question_id": question, "hypothesis": "x", "autoeval_label": {"model": "gpt-4o", "label": label}}
        for question, label in labels.items()
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    records = [{"question_id": question, "prompt_tokens": count} for question, count in tokens.items()]
    readings = folder / "hyp.jsonl.readings.jsonl"
    readings.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def page(written: tuple[Path, Path], verdicts: Path, folder: Path) -> str:
    result = CLI.invoke(app, ["report", str(written[0]), str(folder), "--judged", str(verdicts)])
    assert result.exit_code == 0, result.output
    return (folder / "report.md").read_text(encoding="utf-8")


def row(text: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith("| hyp.jsonl |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_missing_verdicts_count_as_wrong(written: tuple[Path, Path], tmp_path: Path) -> None:
    verdicts = judge(tmp_path, {"7e974930": True}, {"7e974930": 1000, "8cf51dda": 3000, "other": 9})
    cells = row(page(written, verdicts, tmp_path / "page"))
    assert (cells[1], cells[2], cells[4:]) == ("gpt-4o", "0.3333", ["3", "2", "2,000"])
    assert (tmp_path / "page" / "accuracy-against-tokens.svg").exists()


def test_without_records_of_tokens_there_is_no_plot(written: tuple[Path, Path], tmp_path: Path) -> None:
    verdicts = judge(tmp_path, {"7e974930": True, "8cf51dda": True, "f4f1d8a4_abs": True}, {})
    assert row(page(written, verdicts, tmp_path / "page"))[2:] == ["1.0000", "1.000-1.000", "3", "0", "-"]
    assert not (tmp_path / "page" / "accuracy-against-tokens.svg").exists()


def test_verdicts_on_other_questions_are_refused(written: tuple[Path, Path], tmp_path: Path) -> None:
    verdicts = judge(tmp_path, {"other": True}, {})
    result = CLI.invoke(app, ["report", str(written[0]), str(tmp_path / "page"), "--judged", str(verdicts)])
    assert result.exit_code == 2
    assert "the judge gpt-4o has no verdict on a question of this report" in result.stderr


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("hyp.jsonl", "", "must be a file of a judge"),
        ("hyp.jsonl.eval-results-j", '{"question_id": "a"}\n', "a: autoeval_label: must hold a label"),
    ],
)
def test_what_is_no_file_of_a_judge_is_refused(
    written: tuple[Path, Path], tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    result = CLI.invoke(app, ["report", str(written[0]), str(tmp_path / "page"), "--judged", str(tmp_path / name)])
    assert result.exit_code == 2
    assert message in result.stderr
