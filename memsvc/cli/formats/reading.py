"""Reading a file in the format that is asked for, or in the one that it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from memsvc.cli.formats.chat import read_chat
from memsvc.cli.formats.entries import Place
from memsvc.cli.formats.files import STDIN, Format, open_input
from memsvc.cli.formats.jsonl import read_jsonl
from memsvc.cli.formats.longmemeval import read_longmemeval
from memsvc.errors import InvalidInput

__all__ = ["count_units", "detect", "read_entries"]

_QUESTION = b'"question_id"'
_LINES = frozenset({".jsonl", ".ndjson"})


def detect(path: Path) -> Format:
    """Return the format of a file by its name and its first 64 KiB."""
    if path == STDIN or path.suffix in _LINES:
        return Format.JSONL
    with open_input(path) as file:
        head = file.read(2**16).lstrip()
    if b'"haystack_sessions"' in head or b'"question_id"' in head:
        return Format.LONGMEMEVAL
    first_line = head.split(b"\n", 1)[0].rstrip()
    one_per_line = first_line.startswith(b"{") and first_line.endswith(b"}")
    chat = b'"messages"' in first_line or b'"mapping"' in first_line
    return Format.JSONL if one_per_line and not chat else Format.CHAT


def read_entries(path: Path, wanted: Format, *, prefix: str | None) -> Iterator[Place]:
    """Yield what the file holds; `prefix` is for LongMemEval only."""
    chosen = detect(path) if wanted is Format.AUTO else wanted
    if prefix is not None and chosen is not Format.LONGMEMEVAL:
        raise InvalidInput("--prefix is for LongMemEval files only; use --namespace")
    if chosen is Format.LONGMEMEVAL:
        yield from read_longmemeval(path, prefix=prefix)
        return
    with open_input(path) as file:
        yield from read_jsonl(file) if chosen is Format.JSONL else read_chat(file.read(), path.name)


def count_units(path: Path, chosen: Format) -> int | None:
    """Return how many lines or questions a file has; None when that costs as much as reading it."""
    if path == STDIN or chosen is Format.CHAT:
        return None
    with open_input(path) as file:
        if chosen is Format.JSONL:
            return sum(1 for line in file if line.strip())
        return sum(chunk.count(_QUESTION) for chunk in _overlapping(file))


def _overlapping(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file in pieces between which no occurrence of the marker is lost or seen twice."""
    rest = b""
    while chunk := file.read(2**20):
        yield rest + chunk
        rest = chunk[-len(_QUESTION) + 1 :]
