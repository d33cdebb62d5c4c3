"""A table inside a page, between two marks."""

from __future__ import annotations

from pathlib import Path

from memsvc.errors import InvalidInput

__all__ = ["Marks"]


class Marks:
    """Two lines of a Markdown page that a command's table stands between."""

    def __init__(self, name: str, command: str) -> None:
        self.begin = f"<!-- {name}: made by {command} -->"
        self.end = f"<!-- end of {name} -->"

    def check(self, path: Path) -> None:
        """Raise InvalidInput when `put` would, so that nothing is measured in vain."""
        self._around(path)

    def put(self, path: Path, table: str) -> None:
        """Replace what stands between the marks, in a new page if there is none; raises InvalidInput."""
        before, after = self._around(path)
        try:
            path.write_text(f"{before}{self.begin}\n{table}{self.end}{after}", encoding="utf-8")
        except OSError as error:
            raise _cannot_write(path, error) from error

    def _around(self, path: Path) -> tuple[str, str]:
        """Return what stands before and after the marks."""
        if not path.exists() and path.parent.is_dir():
            return "", "\n"
        try:
            page = path.read_text(encoding="utf-8")
        except OSError as error:
            raise _cannot_write(path, error) from error
        before, begin, rest = page.partition(self.begin)
        _, end, after = rest.partition(self.end)
        if not begin or not end:
            raise InvalidInput(
                f"{path} has no place for the table; put the lines {self.begin} and {self.end} where it belongs"
            )
        return before, after


def _cannot_write(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput(f"cannot write the table into {path}: {error.strerror or error}")
