"""Removing index files; the caller holds the namespace's lock.

A directory takes another name before a byte in it changes, so that a reader which finds the old name after a
scan has read sound bytes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.files import Files
from memsvc_stores.vectors.generation import stored_rows
from memsvc_stores.vectors.names import QUARANTINE, RETIRED, UNFINISHED, children, number

__all__ = ["remove", "retire_others", "sweep", "thin_quarantine"]

_MOST_QUARANTINED = 3


def remove(files: Files, path: Path, *, zero: bool) -> None:
    """Remove a file or directory; `zero` overwrites the content of files first."""
    if not path.is_dir():
        if zero:
            files.zero(path)
        files.remove_file(path)
        return
    if not path.name.startswith(RETIRED):
        retired = path.with_name(RETIRED + path.name)
        files.rename(path, retired)
        path = retired
    for child in children(path):
        remove(files, child, zero=zero)
    files.remove_directory(path)


def sweep(files: Files, home: Path, *, zero: bool) -> None:
    """Remove what a crash or an error has left half-written or half-removed."""
    for child in children(home):
        if child.name.startswith((UNFINISHED, RETIRED)):
            remove(files, child, zero=zero)


def retire_others(files: Files, home: Path, newest: Path, rows: Rows) -> None:
    """Remove all but the newest generation, whose note rows are given; overwrite what holds other notes."""
    for child in children(home):
        if child != newest:
            held = stored_rows(child)
            remove(files, child, zero=held is None or not bool(np.isin(held, rows).all()))


def thin_quarantine(files: Files, home: Path) -> None:
    """Keep the newest few damaged generations."""
    held = [it for it in children(home) if it.name.startswith(QUARANTINE)]
    for child in sorted(held, key=number)[:-_MOST_QUARANTINED]:
        remove(files, child, zero=True)
