"""The wheel: what it holds, and that it lives beside a package that owns the name `agents`."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
MODEL = "memsvc_agents/embed/data/all-MiniLM-L6-v2/model.onnx"

pytestmark = pytest.mark.slow


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=REPO)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", out)
    (built,) = out.glob("*.whl")
    return built


def test_every_top_level_name_is_ours(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    packages = {top for top in tops if not top.endswith(".dist-info")}
    assert packages == {"memsvc", "memsvc_stores", "memsvc_retrieval", "memsvc_agents", "memsvc_evals"}


def test_the_model_the_migrations_and_the_types_are_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {MODEL, "memsvc/_migrations/env.py", "memsvc/py.typed"} <= names


def test_the_light_install_needs_only_two_libraries(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        lines = archive.read(metadata).decode().splitlines()
    needed = [line for line in lines if line.startswith("Requires-Dist:") and "extra ==" not in line]
    assert sorted(line.split()[1].split(">")[0].split("<")[0] for line in needed) == ["httpx", "pydantic"]


def test_memsvc_and_openai_agents_do_not_break_each_other(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "openai-agents")
    run(*pip, wheel)
    check = "import agents, memsvc, memsvc_agents; print(agents.Agent.__name__, memsvc.Client.__name__)"
    assert run(python, "-c", check).split() == ["Agent", "Client"]
    run(python, "-m", "pip", "uninstall", "--yes", "--quiet", "memsvc")
    assert run(python, "-c", "import agents; print(agents.Agent.__name__)").split() == ["Agent"]
