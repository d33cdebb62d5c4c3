"""JSON Lines: a session ({"turns": [...]}) or a note ({"content": "..."}) on each line, in the API's own form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from memsvc.cli.formats.entries import Place, Refused, entry_of
from memsvc.wire import NewItem, NewSession

__all__ = ["read_jsonl"]


def read_jsonl(lines: Iterable[bytes]) -> Iterator[Place]:
    """Yield an entry or a refusal for each line that is not blank; places are line numbers from 1."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read(line, f"line {number}")


def _read(line: bytes, place: str) -> Place:
    try:
        data = json.loads(line)
    except RecursionError:
        return Refused(place, "invalid-input", "nested too deep")
    except ValueError as error:
        return Refused(place, "invalid-input", f"not valid JSON in UTF-8: {error}")
    if not isinstance(data, dict):
        return Refused(place, "invalid-input", "must be a JSON object")
    if "turns" in data:
        return entry_of(NewSession, data, place)
    if "content" in data:
        return entry_of(NewItem, data, place)
    return Refused(place, "invalid-input", "must have turns (a session) or content (a note)")
