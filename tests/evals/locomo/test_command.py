from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app

CLI = CliRunner()
Write = Callable[[object], Path]


def invoke(path: Path, *options: str) -> Any:
    return CLI.invoke(app, ["locomo", str(path), "--retriever", "lexical", "--embedder", "hashing", *options])


def test_report_has_figures_and_what_they_were_measured_on(
    write: Write, raw: dict[str, Any], tmp_path: Path
) -> None:
    out, path = tmp_path / "r.json", write([raw])
    result = invoke(path, "--json", str(out))
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text(encoding="utf-8"))
    names = {
        f"{g}/recall@{k}"
        for g in ("all", "c1-4", "multi", "temporal", "open", "single", "adversarial")
        for k in (5, 10, 20)
    }
    assert names <= report["figures"].keys()
    assert report["figures"]["single/recall@5"] == {"value": 1.0, "n": 1, "ci95": [1.0, 1.0], "unit": "fraction"}
    assert report["figures"]["all/recall@10"]["n"] == 5
    assert report["config"]["retriever"] == "lexical"
    assert report["data"] == {
        "name": "locomo.json",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "questions": 6,
    }


def test_limit_is_a_number_of_questions(write: Write, raw: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    assert invoke(write([raw]), "--limit", "2", "--json", str(out)).exit_code == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["figures"]["all/recall@10"]["n"] == 2
    assert report["config"]["limit"] == 2


def test_options_of_the_service_stand_in_the_configuration(
    write: Write, raw: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "r.json"
    options = ["--keys", "text", "--fusion", "blend", "--time", "prune"]
    assert invoke(write([raw]), *options, "--json", str(out)).exit_code == 0
    config = json.loads(out.read_text(encoding="utf-8"))["config"]
    assert (config["keys"], config["fusion"], config["time_ranges"]) == ("text", "blend", "prune")


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the zstd program")
def test_packed_file_gives_the_report_of_the_plain_one(write: Write, raw: dict[str, Any], tmp_path: Path) -> None:
    path = write([raw])
    packed = tmp_path / "locomo.json.zst"
    subprocess.run(["zstd", "-q", str(path), "-o", str(packed)], check=True)
    reports = []
    for number, file in enumerate((path, packed)):
        out = tmp_path / f"{number}.json"
        assert invoke(file, "--json", str(out)).exit_code == 0
        reports.append(json.loads(out.read_text(encoding="utf-8")))
    plain, other = reports
    assert other["figures"]["all/recall@5"] == plain["figures"]["all/recall@5"]
    assert other["data"]["sha256"] == plain["data"]["sha256"]


def test_wrong_file_is_one_clear_line_and_exit_code_2(write: Write, raw: dict[str, Any]) -> None:
    raw["qa"][2]["category"] = "open"
    result = invoke(write([raw]))
    assert result.exit_code == 2
    assert result.stderr == (
        "error: locomo.json: conversation 0 (made-1): qa[2]: category: must be 1 to 5, not 'open'\n"
    )


def test_report_that_cannot_be_written_is_refused_before_the_run(
    write: Write, raw: dict[str, Any], tmp_path: Path
) -> None:
    result = invoke(write([raw]), "--json", str(tmp_path / "gone" / "r.json"))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot write")
    assert "questions" not in result.stderr


def test_page_has_figures_and_no_text_of_a_conversation(write: Write, raw: dict[str, Any], tmp_path: Path) -> None:
    assert invoke(write([raw]), "--report", str(tmp_path / "page")).exit_code == 0
    page = (tmp_path / "page" / "report.md").read_text(encoding="utf-8")
    assert "| single | 1 | 1.0000 | 1.000-1.000 |" in page
    assert (tmp_path / "page" / "report.html").exists()
    texts = [turn["text"] for turn in raw["conversation"]["session_1"]] + [qa["question"] for qa in raw["qa"]]
    assert not [text for text in texts if text in page]
