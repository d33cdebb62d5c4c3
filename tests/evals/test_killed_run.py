"""A run that is killed, and the run that goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app

pytestmark = [pytest.mark.slow, pytest.mark.fault]

QUESTIONS = 24
KILLED_AFTER = 5

# The run kills itself by SIGKILL as soon as so many questions are kept: no clean-up, and no guessing when.
KILLED_RUN = """
import os, signal, sys
from memsvc_evals.longmemeval.runs import RunFolder
from memsvc_evals.cli import app

keep, kept = RunFolder.put, []

def put(folder, run):
    keep(folder, run)
    kept.append(run)
    if len(kept) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    RunFolder.put = put
    app(sys.argv[2:])
"""


@pytest.fixture
def many(tmp_path: Path, three_raw: list[dict[str, Any]]) -> Path:
    """The three questions, again and again, each once in the same words: a process keeps its last question."""
    three = [three_raw[i % 3] for i in range(QUESTIONS)]
    questions = [
        raw | {"question_id": f"q{i}", "question": f"{raw['question']} ({i})"} for i, raw in enumerate(three)
    ]
    path = tmp_path / "lme.json"
    path.write_text(json.dumps(questions), encoding="utf-8")
    return path


def figures_without_times(path: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return {name: figure for name, figure in figures.items() if not name.startswith("latency/")}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_figures_after_a_kill_are_those_of_an_undisturbed_run(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "tmp").mkdir()
    script = tmp_path / "killed.py"
    script.write_text(KILLED_RUN, encoding="utf-8")
    command = ["longmemeval", str(many), "--retriever", "hybrid", "--embedder", "hashing", "--workers", workers]
    resumed = [*command, "--resume", str(tmp_path / "kept")]

    # Workers hold stderr too: that it ends says that they have ended as well.
    killed = subprocess.run(
        [sys.executable, str(script), str(KILLED_AFTER), *resumed], capture_output=True, timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len((tmp_path / "kept" / "results.jsonl").read_text().splitlines()) == KILLED_AFTER
    if workers != "1":
        assert list((tmp_path / "tmp").glob("memsvc-eval-*")) == []

    for name, options in (("whole.json", command), ("resumed.json", resumed)):
        result = CliRunner().invoke(app, [*options, "--json", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    assert len((tmp_path / "kept" / "results.jsonl").read_text().splitlines()) == QUESTIONS
    assert figures_without_times(tmp_path / "resumed.json") == figures_without_times(tmp_path / "whole.json")
