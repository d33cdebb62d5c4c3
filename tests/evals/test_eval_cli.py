from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app

CLI = CliRunner()
REPLICA = ("--retriever", "bm25-official", "--workers", "1")


def test_report_has_figures_and_what_they_were_measured_on(three_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    command = ["longmemeval", str(three_file), *REPLICA, "--json", str(out)]
    result = CLI.invoke(app, command)
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["figures"]["session/ids_no_abs/recall_all@5"].keys() == {"value", "n", "ci95", "unit"}
    assert report["figures"]["turn/strict/recall_all@10"]["n"] == 1
    assert report["figures"]["session/ids_all/recall_any@5"]["n"] == 3
    assert report["config"]["retriever"] == "bm25-official"
    assert len(report["data"]["sha256"]) == 64
    assert report["data"]["questions"] == 3
    assert "version" in report["code"]


def test_baseline_gives_a_paired_test(three_file: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    command = ["longmemeval", str(three_file), *REPLICA]
    assert CLI.invoke(app, [*command, "--json", str(first)]).exit_code == 0
    assert CLI.invoke(app, [*command, "--json", str(second), "--baseline", str(first)]).exit_code == 0
    paired = json.loads(second.read_text(encoding="utf-8"))["report"]["paired"]
    assert paired["session/ids_no_abs/recall_all@5"] == {"n": 2, "wins": 0, "losses": 0, "p": 1.0}


@pytest.mark.parametrize(
    "options",
    [
        ["--offset", "3"],
        ["--types", "temporal-reasoning"],
        ["--types", "temporal"],
        ["--json", "gone/r.json"],
        ["--logs", "gone/x"],
        ["--baseline", "gone.json"],
    ],
)
def test_wrong_option_is_one_clear_line_and_exit_code_2(
    three_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CLI.invoke(app, ["longmemeval", str(three_file), *REPLICA, *options])
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1


def test_malformed_file_is_exit_code_2(tmp_path: Path) -> None:
    path = tmp_path / "lme.json"
    path.write_text('[{"question_id": "a"')
    result = CLI.invoke(app, ["longmemeval", str(path), *REPLICA])
    assert result.exit_code == 2
    assert "lme.json: not valid JSON after 0 whole questions" in result.stderr
    assert "0/1" not in result.stderr


def test_baseline_of_another_file_is_refused(three_file: Path, tmp_path: Path) -> None:
    first, other = tmp_path / "1.json", tmp_path / "other.json"
    assert CLI.invoke(app, ["longmemeval", str(three_file), *REPLICA, "--json", str(first)]).exit_code == 0
    other.write_text(three_file.read_text(encoding="utf-8") + " ", encoding="utf-8")
    result = CLI.invoke(app, ["longmemeval", str(other), *REPLICA, "--baseline", str(first)])
    assert result.exit_code == 2
    assert "was measured on another file or other haystacks" in result.stderr


def test_paired_test_and_groups_are_printed(three_file: Path, tmp_path: Path) -> None:
    first = tmp_path / "1.json"
    command = ["longmemeval", str(three_file), *REPLICA]
    assert CLI.invoke(app, [*command, "--json", str(first)]).exit_code == 0
    lines = CLI.invoke(app, [*command, "--baseline", str(first)]).stdout.splitlines()
    assert "session/ids_no_abs/recall_all@5 against the baseline: 0 won, 0 lost, p = 1 (n=2)" in lines
    assert any(line.startswith("by number of gold sessions") for line in lines)


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the zstd program")
def test_packed_file_gives_the_report_of_the_plain_one(three_file: Path, tmp_path: Path) -> None:
    packed, first, second = tmp_path / "three.json.zst", tmp_path / "1.json", tmp_path / "2.json"
    subprocess.run(["zstd", "-q", str(three_file), "-o", str(packed)], check=True)
    assert CLI.invoke(app, ["longmemeval", str(three_file), *REPLICA, "--json", str(first)]).exit_code == 0
    command = ["longmemeval", str(packed), *REPLICA, "--json", str(second), "--baseline", str(first)]
    assert CLI.invoke(app, command).exit_code == 0
    report = json.loads(second.read_text(encoding="utf-8"))
    assert report["data"] == {
        "name": "three.json.zst",
        "sha256": hashlib.sha256(three_file.read_bytes()).hexdigest(),
        "questions": 3,
    }
    assert report["report"]["paired"]["session/ids_no_abs/recall_all@5"]["losses"] == 0


def test_file_that_is_not_packed_as_its_name_says_is_refused(three_file: Path, tmp_path: Path) -> None:
    packed = tmp_path / "three.json.zst"
    shutil.copy(three_file, packed)
    result = CLI.invoke(app, ["longmemeval", str(packed), *REPLICA])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: zstd ")


SELF_CHECK = {
    "session/strict": (0.7081, 0.7990, 0.7436, 0.7691),
    "session/official_no_abs": (0.7393, 0.8205, 0.6642, 0.6869),
    "turn/strict": (0.4928, 0.5933, 0.5261, 0.5592),
    "turn2session/strict": (0.5311, 0.6459, 0.5341, 0.5660),
}


@pytest.mark.slow
@pytest.mark.skipif(
    "MEMSVC_TEST_LONGMEMEVAL_FILE" not in os.environ, reason="set MEMSVC_TEST_LONGMEMEVAL_FILE to the dev file"
)
def test_official_bm25_gives_the_figures_of_the_official_code(tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    command = [
        "longmemeval",
        os.environ["MEMSVC_TEST_LONGMEMEVAL_FILE"],
        *REPLICA,
        "--json",
        str(out),
    ]
    assert CLI.invoke(app, command).exit_code == 0
    figures = json.loads(out.read_text(encoding="utf-8"))["figures"]
    names = ("recall_all@5", "recall_all@10", "ndcg_any@5", "ndcg_any@10")
    found = {place: tuple(figures[f"{place}/{name}"]["value"] for name in names) for place in SELF_CHECK}
    for place, expected in SELF_CHECK.items():
        assert found[place] == pytest.approx(expected, abs=1e-3), place
    assert figures["session/ids_all/recall_any@5"]["value"] == pytest.approx(0.8675, abs=1e-3)
    assert figures["session/ids_all/recall_all@5"]["value"] == pytest.approx(0.7108, abs=1e-3)
