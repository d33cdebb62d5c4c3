"""A file of triggers: what is read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.redteam.given import read_triggers

Write = Callable[[str, Any], Path]


def test_triggers_are_read_once_each(write_json: Write) -> None:
    path = write_json("a.json", ["alpha  beta", "gamma", "alpha beta "])
    assert read_triggers(path) == ("alpha beta", "gamma")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"triggers": ["a"]}, "must be a JSON list of strings"),
        ([], "at least one"),
        (["a", 7], "item 1: must be a string"),
        (["a", "  "], "item 1: must be a string that is not empty"),
        (["word " * 41], "item 0: has 41 words"),
        (["a"] * 201, "has 201 triggers"),
    ],
)
def test_a_wrong_file_is_refused_by_its_name(write_json: Write, data: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        read_triggers(write_json("wrong.json", data))
    assert "wrong.json" in refused.value.detail


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text('["a", ')
    with pytest.raises(InvalidInput, match="not valid JSON"):
        read_triggers(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        read_triggers(tmp_path / "none.json")
