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

    def put(self, path: Path, table: str) -> None:
        """Replace what stands between the marks; raises InvalidInput when the page has none."""
        try:
            page = path.read_text(encoding="utf-8")
            before, begin, rest = page.partition(self.begin)
            _, end, after = rest.partition(self.end)
            if not begin or not end:
                raise InvalidInput(
                    f"{path} has no place for the table; put the lines {self.begin} and {self.end} "
                    "where it belongs"
                )
            path.write_text(f"{before}{self.begin}\n{table}{self.end}{after}", encoding="utf-8")
        except OSError as error:
            raise InvalidInput(f"cannot write the table into {path}: {error.strerror or error}") from error
