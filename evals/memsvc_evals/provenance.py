"""What a figure was measured with: the bytes of the data and the revision of the code."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput

__all__ = ["DataFile", "code_revision", "inspect_data", "machine", "read_blocks"]

_BLOCK = 1 << 20
_MARK = b'"question_id"'


@dataclass(frozen=True, slots=True)
class DataFile:
    name: str
    sha256: str
    questions: int


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes in blocks; raises InvalidInput for one that cannot be read."""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error


def inspect_data(path: Path) -> DataFile:
    """Return the file's digest and how often it has the key `question_id`, in one pass of bounded memory."""
    digest = hashlib.sha256()
    questions = 0
    rest = b""
    for block in read_blocks(path):
        digest.update(block)
        window = rest + block
        questions += window.count(_MARK)
        rest = window[-len(_MARK) + 1 :]
    return DataFile(path.name, digest.hexdigest(), questions)


def machine() -> dict[str, Any]:
    """Return the number of CPUs, the Python and the system."""
    return {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


def code_revision() -> dict[str, str]:
    """Return the package version and, from a git checkout, the commit (`+changes` when the tree differs)."""
    version = {"version": _version()}
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return version
    commit = _git(root, "rev-parse", "HEAD")
    if not commit:
        return version
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return version | {"commit": commit + ("+changes" if changed else "")}


def _version() -> str:
    try:
        return importlib.metadata.version("memsvc")
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
