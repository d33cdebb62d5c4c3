"""Environments of the peers: one virtual environment each, made once under a cache folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import InvalidInput

__all__ = ["PEERS", "Peer", "default_folder", "install", "stage_scripts", "versions"]

_SCRIPTS = Path(__file__).parent / "peers"
_PACKAGE = "memsvc_evals/load/peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """A system to compare with: its worker script with argument, environment and packages.

    `persistent` says whether it can be opened again. All of them rank by vectors only.
    """

    name: str
    module: str
    environment: str
    packages: tuple[str, ...]
    argument: str = ""
    persistent: bool = True

    def python(self, folder: Path) -> Path:
        return folder / self.environment / "bin" / "python"


_LANGGRAPH = ("langgraph==1.2.*", "langgraph-checkpoint-sqlite>=3,<4", "sqlite-vec", "sqlean.py", "numpy>=2")
PEERS = (
    Peer("mem0", "mem0_faiss", "mem0", ("mem0ai==2.2.1", "faiss-cpu>=1.13", "numpy>=2")),
    Peer("chromadb", "chromadb_persistent", "chromadb", ("chromadb>=1.5,<2",)),
    Peer("langgraph-sqlite", "langgraph_store", "langgraph", _LANGGRAPH, "sqlite"),
    Peer("langgraph-memory", "langgraph_store", "langgraph", _LANGGRAPH, "memory", persistent=False),
)


def default_folder() -> Path:
    """Return where the environments are kept: memsvc-peers in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "memsvc-peers"


def install(folder: Path, *, say: Callable[[str], None]) -> None:
    """Make the environments that are missing, with uv where there is one, else with venv and pip.

    Raises InvalidInput with the installer's last words when a package cannot be had.
    """
    for name, packages in {peer.environment: peer.packages for peer in PEERS}.items():
        place = folder / name
        if (place / "installed").exists():
            continue
        say(f"installing {', '.join(packages)} into {place}")
        shutil.rmtree(place, ignore_errors=True)
        for command in _commands(place, packages):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                tail = "\n".join(done.stderr.strip().splitlines()[-5:])
                raise InvalidInput(f"cannot install {name}: {' '.join(command[:4])} ended with:\n{tail}")
        (place / "installed").write_text("\n".join(packages), encoding="utf-8")


def versions(peer: Peer, folder: Path) -> dict[str, str]:
    """Return the installed version of each of the peer's own packages."""
    names = [re.split(r"[=<>]", package)[0] for package in peer.packages]
    code = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    command = [str(peer.python(folder)), "-c", code, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InvalidInput(
            f"{peer.name} in {folder / peer.environment} is not whole; delete it and --install again"
        )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _commands(place: Path, packages: tuple[str, ...]) -> list[list[str]]:
    python = str(place / "bin" / "python")
    beside = Path(sys.executable).parent / "uv"
    uv = shutil.which("uv") or (str(beside) if beside.exists() else None)
    if uv:
        return [
            [uv, "venv", "--python", sys.executable, str(place)],
            [uv, "pip", "install", "--python", python, *packages],
        ]
    return [[sys.executable, "-m", "venv", str(place)], [python, "-m", "pip", "install", *packages]]


def stage_scripts(folder: Path) -> Path:
    """Copy the workers into a package of their own, so that a peer's Python sees nothing else of ours."""
    package = folder / _PACKAGE
    package.mkdir(parents=True)
    for script in _SCRIPTS.glob("*.py"):
        shutil.copy(script, package)
    for parent in (folder / "memsvc_evals", folder / "memsvc_evals/load"):
        (parent / "__init__.py").touch()
    return folder
