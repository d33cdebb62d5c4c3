"""Files by name, and the formats that they can have."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from memsvc.errors import InvalidInput

__all__ = ["STDIN", "Format", "open_input"]

STDIN = Path("-")


class Format(StrEnum):
    AUTO = "auto"
    JSONL = "jsonl"
    LONGMEMEVAL = "longmemeval"
    CHAT = "chat"


@contextmanager
def open_input(path: Path) -> Iterator[BinaryIO]:
    """Open a file, or standard input for `-`; raises InvalidInput when it cannot be read."""
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error
    with file:
        yield file
