"""Environments of the peers: one virtual environment each, made once under a cache folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import InvalidInput

__all__ = ["PEERS", "Peer", "default_folder", "install", "stage_scripts", "versions"]

_ROOT = Path(__file__).parents[1]
_SCRIPTS = ("answering.py", "load/peers/*.py")


@dataclass(frozen=True, slots=True)
class Peer:
    """A system to compare with: its worker script with argument, environment and packages.

    `persistent` says whether it can be opened again, `python_version` which Python it needs (empty: this one).
    All of them rank by vectors only.
    """

    name: str
    module: str
    environment: str
    packages: tuple[str, ...]
    argument: str = ""
    persistent: bool = True
    python_version: str = ""

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


def install(folder: Path, *, peers: Iterable[Peer] = PEERS, say: Callable[[str], None]) -> None:
    """Make the environments that are missing, with uv where there is one, else with venv and pip.

    Raises InvalidInput with the installer's last words when a package cannot be had.
    """
    for name, peer in {peer.environment: peer for peer in peers}.items():
        packages = peer.packages
        place = folder / name
        if (place / "installed").exists():
            continue
        say(f"installing {', '.join(packages)} into {place}")
        shutil.rmtree(place, ignore_errors=True)
        for command in _commands(place, peer):
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


def _commands(place: Path, peer: Peer) -> list[list[str]]:
    packages = peer.packages
    python = str(place / "bin" / "python")
    beside = Path(sys.executable).parent / "uv"
    uv = shutil.which("uv") or (str(beside) if beside.exists() else None)
    if uv:
        return [
            [uv, "venv", "--python", peer.python_version or sys.executable, str(place)],
            [uv, "pip", "install", "--python", python, *packages],
        ]
    interpreter = f"python{peer.python_version}" if peer.python_version else sys.executable
    return [[interpreter, "-m", "venv", str(place)], [python, "-m", "pip", "install", *packages]]


def stage_scripts(folder: Path, patterns: Sequence[str] = _SCRIPTS) -> Path:
    """Copy the workers into a package of their own, so that a peer's Python sees nothing else of ours.

    The patterns are relative to this package's folder.
    """
    for pattern in patterns:
        for script in _ROOT.glob(pattern):
            target = folder / "memsvc_evals" / script.relative_to(_ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(script, target)
            for parent in target.relative_to(folder).parents[:-1]:
                (folder / parent / "__init__.py").touch()
    return folder
