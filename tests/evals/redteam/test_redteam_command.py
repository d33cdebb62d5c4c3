"""`memsvc eval redteam`: a whole run on a made-up conversation, and files that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from memsvc.guard.model_file import load_model
from memsvc_evals.cli import app

Write = Callable[[str, Any], Path]
THINGS = ("kiln", "accordion", "heron", "sailboat", "choir", "lantern", "orchard", "bicycle", "garden", "violin")
SMALL = ("--embedder", "hashing", "--victims", "3", "--negatives", "4", "--modes", "lexical")


@pytest.fixture
def locomo(write_json: Write) -> Path:
    turns = [
        {"dia_id": f"D1:{i}", "speaker": "Ilse", "text": f"I saw the {t} again"} for i, t in enumerate(THINGS, 1)
    ]
    asked = [
        {"question": f"Who saw the {t}?", "category": 4, "evidence": [f"D1:{i}"], "answer": "Ilse"}
        for i, t in enumerate(THINGS, 1)
    ]
    conversation = {
        "speaker_a": "Ilse",
        "speaker_b": "Tomas",
        "session_1_date_time": "12:05 am on 3 March, 2022",
        "session_1": turns,
    }
    made = {"sample_id": "made-1", "conversation": conversation, "qa": asked, "event_summary": {}}
    return write_json("locomo.json", [made])


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["redteam", *map(str, arguments)])


@pytest.mark.slow
def test_a_run_has_the_figures_that_are_promised(locomo: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    pages = tmp_path / "pages"
    ended = run(
        "--corpus", locomo, "--families", "fluent,minja", "--n", "1", "--json", out, "--report", pages, *SMALL
    )  # fmt: skip
    assert ended.exit_code == 0, ended.output
    assert "Attacks without the guard -> with it (balanced)" in ended.stdout
    written = json.loads(out.read_text())
    figures = written["figures"]
    for name in (
        "untrusted/influence_asr",
        "untrusted/any@5",
        "trusted/influence_asr",
        "baseline/untrusted/any@5",
        "fpr/dialogue",
        "fpr/preferences",
        "fpr/boilerplate",
        "fpr/questions",
        "benign_loss/hit@5",
        "latency/guard_overhead/p95",
    ):
        assert figures[name]["n"] > 0
    assert figures["untrusted/influence_asr"]["value"] == 0.0
    assert written["benchmark"] == "redteam"
    assert written["config"]["guard_model"] == load_model().version
    assert "Attacks without the guard" in (pages / "report.html").read_text()
    assert {each["family"] for each in written["report"]["attacks"]} >= {"fluent10_key", "minja"}


def test_a_report_repeats_no_text(locomo: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    ended = run(
        "--corpus", locomo, "--families", "given", "--n", "1", "--guard", "off", "--json", out, *SMALL,
        "--attacks", _triggers(tmp_path, ["zanzibar quokka"]),
    )  # fmt: skip
    assert ended.exit_code == 0, ended.output
    report = out.read_text()
    assert [text for text in ("zanzibar", "quokka", "again", "Who saw") if text in report] == []
    figures = json.loads(report)["figures"]
    assert figures["baseline/optimised/any@5"]["value"] == 1.0
    assert "fpr/dialogue" not in figures


def _triggers(folder: Path, triggers: object) -> Path:
    path = folder / "attacks.json"
    path.write_text(json.dumps(triggers))
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--families", "nobody"), "there is no nobody"),
        (("--n", "3"), "--n must be some of 1, 2, 8, 24"),
        (("--modes", "amem"), "--modes must be some of dense, lexical, hybrid"),
        (("--json", "/nowhere/at/all.json"), "cannot write"),
    ],
)
def test_wrong_options_are_refused_in_one_line(locomo: Path, arguments: tuple[str, ...], said: str) -> None:
    ended = run("--corpus", locomo, *arguments, *SMALL[:2])
    assert (ended.exit_code, said in ended.stderr) == (2, True)
    assert ended.stderr.count("\n") == 1


def test_wrong_triggers_are_refused_before_anything_is_measured(locomo: Path, tmp_path: Path) -> None:
    ended = run("--corpus", locomo, "--attacks", _triggers(tmp_path, {"a": 1}), *SMALL)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "attacks.json: must be a JSON list of strings" in ended.stderr


def test_another_file_is_no_corpus(write_json: Write) -> None:
    ended = run("--corpus", write_json("other.json", {"a": 1}), *SMALL)
    assert ended.exit_code == 2
    assert "other.json" in ended.stderr
