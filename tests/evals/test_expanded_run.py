"""Cached expansions from the options of the command to the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from memsvc_evals.cli import app


@pytest.fixture
def cache_file(three_raw: list[dict[str, Any]], tmp_path: Path) -> Path:
    """Facts of one session only: those that the question of the first question asks for."""
    session = three_raw[0]["haystack_session_ids"][-1].removeprefix("answer_")
    path = tmp_path / "session-userfact.json"
    path.write_text(json.dumps({session: [three_raw[0]["question"]]}), encoding="utf-8")
    return path


def run(three_file: Path, out: Path, *options: str) -> Result:
    command = ["longmemeval", str(three_file), "--workers", "1", "--json", str(out), *options]
    return CliRunner().invoke(app, command)


@pytest.mark.parametrize(("join", "style"), [("merge", "clean"), ("split-separate", "official")])
def test_expansion_ranks_and_stands_in_the_configuration(
    three_file: Path, cache_file: Path, tmp_path: Path, join: str, style: str
) -> None:
    options = ["--expansion", "session-userfact", "--cache-file", str(cache_file), "--join", join]
    out = tmp_path / "r.json"
    result = run(three_file, out, "--retriever", "bm25-official", *options, "--join-style", style)
    assert result.exit_code == 0, result.output
    config = json.loads(out.read_text(encoding="utf-8"))["config"]
    assert (config["expansion"], config["join"], config["join_style"]) == ("session-userfact", join, style)
    assert len(config["expansion_sha256"]) == 64


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--retriever", "hybrid"], "--expansion needs --retriever bm25-official"),
        (["--retriever", "bm25-official", "--join", "add"], "join 'add': must be one of separate, merge, replace"),
        (["--retriever", "bm25-official", "--cache-file", "gone/session-userfact.json"], "cannot read"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    three_file: Path, cache_file: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    given = ["--expansion", "session-userfact", "--cache-file", str(cache_file), *options]
    result = run(three_file, tmp_path / "r.json", *given)
    assert result.exit_code == 2
    assert message in result.stderr
