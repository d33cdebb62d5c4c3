"""The command line in this process, on a data directory of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from memsvc.cli.app import build_app
from memsvc_agents.llm.offline import OFFLINE

TALK = [
    {"role": "user", "content": "We adopted a beagle and named her Pixel."},
    {"role": "assistant", "content": "Congratulations!"},
]


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a data directory and the hashing embedder in the environment, and forbid real language models."""
    for name in [name for name in os.environ if name.startswith("MEMSVC_") and name != OFFLINE]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MEMSVC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MEMSVC_EMBEDDER__KIND", "hashing")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "data"


@pytest.fixture
def run(data_dir: Path) -> Callable[..., Ran]:
    """Run a command line; an exception that is no exit fails the test."""

    def run(*arguments: object, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(build_app(), [str(argument) for argument in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of JSON Lines; text is written as it is."""

    def write(*lines: object, name: str = "talk.jsonl") -> Path:
        path = tmp_path / name
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("".join(text + "\n" for text in texts))
        return path

    return write


@pytest.fixture
def talk() -> list[dict[str, str]]:
    return [dict(turn) for turn in TALK]
