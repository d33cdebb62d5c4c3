"""A file of JSON lines that is added to, and that survives being killed in the middle of one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput

__all__ = ["JsonLines"]


class JsonLines:
    """Objects of a file, by their `question_id`; raises InvalidInput for a file that holds anything else.

    `unique` also refuses an id that is there twice; otherwise the last one holds.
    """

    def __init__(self, path: Path, *, unique: bool = False) -> None:
        self._path = path
        self._unique = unique

    def read(self) -> dict[str, dict[str, Any]]:
        """Return the objects in the file's order, without a torn last line."""
        found: dict[str, dict[str, Any]] = {}
        for where, data in self._whole_lines():
            identity = data.get("question_id")
            if not isinstance(identity, str):
                raise InvalidInput(f"{where}: question_id: must be a string")
            if self._unique and identity in found:
                raise InvalidInput(f"{where}: question_id: {identity!r} was there before")
            found[identity] = data
        return found

    def keep(self, wanted: Callable[[Mapping[str, Any]], bool]) -> dict[str, dict[str, Any]]:
        """Leave in the file only what is wanted, and no torn line; return that."""
        kept = {identity: data for identity, data in self.read().items() if wanted(data)}
        partial = self._path.with_name(self._path.name + ".partial")
        try:
            partial.write_text("".join(map(_line, kept.values())), encoding="utf-8")
            os.replace(partial, self._path)
        except OSError as error:
            raise self._unwritable(error) from error
        return kept

    def append(self, data: Mapping[str, Any]) -> None:
        """Add one object; it is in the file when this returns."""
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(_line(data))
        except OSError as error:
            raise self._unwritable(error) from error

    def _whole_lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            whole, _, torn = self._path.read_bytes().rpartition(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise InvalidInput(f"cannot read {self._path}: {error.strerror or error}") from error
        lines = whole.split(b"\n") if whole else []
        # Not ours alone: another program may leave out the last line's end.
        if _parsed(torn) is not None:
            lines.append(torn)
        for number, line in enumerate(lines, 1):
            where = f"{self._path.name}: line {number}"
            data = _parsed(line)
            if data is None:
                raise InvalidInput(f"{where}: must be one JSON object")
            yield where, data

    def _unwritable(self, error: OSError) -> InvalidInput:
        return InvalidInput(f"cannot write {self._path}: {error.strerror or error}")


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _line(data: Mapping[str, Any]) -> str:
    # ASCII, as answers may hold half of a surrogate pair.
    return json.dumps(data) + "\n"
