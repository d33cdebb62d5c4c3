"""What a file holds, seen without reading it as JSON: its digest, and the ids and types of its questions."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from memsvc_evals.provenance import DataFile, read_blocks

__all__ = ["Outline", "read_outline"]

_FIELD = re.compile(rb'"question_(id|type)"\s*:\s*"([^"\\]{1,200})"')
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Outline:
    """`questions` are (id, type) in the file's order; a malformed file may make them wrong, not the digest."""

    data: DataFile
    questions: tuple[tuple[str, str], ...]


def read_outline(path: Path) -> Outline:
    """Return the outline from one pass of bounded memory; raises InvalidInput for a file that cannot be read."""
    digest = hashlib.sha256()
    found: dict[bytes, list[str]] = {b"id": [], b"type": []}
    window = b""
    for block in read_blocks(path):
        digest.update(block)
        window += block
        end = 0
        for match in _FIELD.finditer(window):
            found[match[1]].append(match[2].decode(errors="replace"))
            end = match.end()
        window = window[max(end, len(window) - _LONGEST) :]
    questions = tuple(zip_longest(found[b"id"], found[b"type"][: len(found[b"id"])], fillvalue=""))
    return Outline(DataFile(path.name, digest.hexdigest(), len(questions)), questions)
