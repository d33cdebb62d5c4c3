from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run's report file and the folder of its page."""
    folder = tmp_path_factory.mktemp("report")
    three = Path(__file__).parents[1] / "data" / "longmemeval_three.json"
    command = ["longmemeval", str(three), "--retriever", "bm25-official", "--workers", "1"]
    outputs = ["--json", str(folder / "r.json"), "--report", str(folder / "page")]
    result = CliRunner().invoke(app, [*command, *outputs])
    assert result.exit_code == 0, result.output
    return folder / "r.json", folder / "page"


@pytest.fixture
def report_data(written: tuple[Path, Path]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(written[0].read_text(encoding="utf-8"))
    return data
