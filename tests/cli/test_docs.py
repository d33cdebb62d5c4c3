"""docs/cli.md and docs/settings.md say what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from memsvc.settings import EmbedderSettings, GuardSettings, LlmSettings, RerankerSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [str(ROOT), *(str(ROOT / name) for name in ("stores", "retrieval", "agents", "evals"))]


@pytest.mark.slow
def test_the_command_reference_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/make_cli_docs.py", "--check"], env={"PYTHONPATH": ":".join(FOLDERS)}
    )
    assert done.returncode == 0, "run tools/make_cli_docs.py"


def _documented() -> dict[str, str]:
    text = (ROOT / "docs/settings.md").read_text()
    return dict(re.findall(r"^\| `(MEMSVC_\w+)` \| (?:`([^`]*)`|none) \| .", text, re.MULTILINE))


def _defaults() -> dict[str, str]:
    groups = {
        "embedder": EmbedderSettings,
        "guard": GuardSettings,
        "reranker": RerankerSettings,
        "llm": LlmSettings,
    }
    fields = {name: field for name, field in Settings.model_fields.items() if name not in groups}
    for group, model in groups.items():
        fields |= {f"{group}__{name}": field for name, field in model.model_fields.items()}
    found = {f"MEMSVC_{name.upper()}": field.default for name, field in fields.items()}
    return {
        name: "" if value in (None, PydanticUndefined) or isinstance(value, SecretStr) else _written(value)
        for name, value in found.items()
    }


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_setting_is_documented_with_its_default() -> None:
    assert _documented() == _defaults()
