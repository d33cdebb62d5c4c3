"""Pages as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from memsvc_evals.reporting.page import Page, Part, Plot, Table, Text

__all__ = ["markdown_table", "to_markdown"]


def to_markdown(page: Page) -> str:
    """Return the page; its plots are links to `<name>.svg` beside it."""
    blocks = [f"# {_plain(page.title)}"]
    for section in page.sections:
        blocks += [f"## {_plain(section.title)}", *map(_block, section.parts)]
    return "\n\n".join(blocks) + "\n"


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table without a line end behind it."""
    lines = [_line(columns), f"|{'---|' * len(columns)}", *map(_line, rows)]
    return "\n".join(lines)


def _block(part: Part) -> str:
    match part:
        case Text():
            return f"**{_plain(part.text)}**" if part.warning else _plain(part.text)
        case Table():
            return markdown_table(part.columns, part.rows)
        case Plot():
            return f"![{_plain(part.alt)}]({part.name}.svg)"
        case _:
            assert_never(part)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Return the text in one line, with what begins markup in HTML shown as it is."""
    return " ".join(text.split()).replace("<", "&lt;")
