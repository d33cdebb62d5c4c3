"""Names of what lies in a namespace's directory.

`gen-APPLIED-NUMBER-RANDOM` is a generation, of which the highest number wins. `unfinished-`, `retired-` and
`quarantine-` stand before the names of those that are being written, being removed, or damaged.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

__all__ = [
    "QUARANTINE",
    "RETIRED",
    "UNFINISHED",
    "applied_in_name",
    "children",
    "disk_bytes",
    "generations",
    "leftovers",
    "new_generation",
    "number",
]

UNFINISHED, RETIRED, QUARANTINE = "unfinished-", "retired-", "quarantine-"
_NAME = re.compile(r"gen-(\d+)-(\d+)-[0-9a-f]{8}")


def children(home: Path) -> list[Path]:
    """Return what is in a directory, by name; nothing if it is not there."""
    try:
        return sorted(home.iterdir())
    except FileNotFoundError:
        return []


def generations(home: Path) -> list[Path]:
    """Return the generation directories, oldest first."""
    return sorted((child for child in children(home) if _NAME.fullmatch(child.name)), key=number)


def leftovers(home: Path) -> list[Path]:
    """Return what is neither the newest generation nor in quarantine."""
    kept = generations(home)[-1:]
    return [it for it in children(home) if it not in kept and not it.name.startswith(QUARANTINE)]


def new_generation(home: Path, applied: int) -> Path:
    """Return a name never used before: another process may still have an erased one mapped."""
    following = 1 + max((number(child) for child in children(home)), default=0)
    return home / f"gen-{applied}-{following}-{secrets.token_hex(4)}"


def number(path: Path) -> int:
    """Return the generation number in a name, under any prefix; 0 for other names."""
    found = _NAME.search(path.name)
    return int(found[2]) if found else 0


def applied_in_name(path: Path) -> int:
    """Return the applied sequence in a generation's name; -1 for other names."""
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else -1


def disk_bytes(home: Path) -> int:
    """Return the bytes of all files of a namespace, while other processes may remove some."""
    return sum(_length(file) for child in children(home) for file in children(child))


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
