"""The programs of docs/sdk.md, executed, and its list of methods."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from memsvc import Client
from memsvc.client import RecallOptions

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sdk.md").read_text()
PROGRAMS = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "testing" in code]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_the_programs_for_tests_run(number: int) -> None:
    scope: dict[str, Any] = {}
    exec(compile(PROGRAMS[number], f"docs/sdk.md[{number}]", "exec"), scope)


def test_every_method_is_in_the_page() -> None:
    methods = {name for name, _ in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_")}
    assert {name for name in methods - {"close"} if f"{name}(" not in PAGE} == set()


def test_every_option_of_recall_is_in_the_page() -> None:
    assert {name for name in RecallOptions.__annotations__ if f"`{name}`" not in PAGE} == set()
