"""What a figure was measured with: the bytes of the data and the revision of the code."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["DataFile", "code_revision", "machine"]


@dataclass(frozen=True, slots=True)
class DataFile:
    name: str
    sha256: str
    questions: int


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
