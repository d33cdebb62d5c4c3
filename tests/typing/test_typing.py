"""The user's view of the SDK, type-checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.slow
def test_the_types_of_the_sdk_are_as_promised() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", HERE / "sdk_usage.py"],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
