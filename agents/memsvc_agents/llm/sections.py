"""Answers as plain text under headings: what small models still manage when JSON fails them.

The form follows the "robust" variant of A-MEM (WujiangXu/A-mem), which asks for section markers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Section", "flag", "instruction", "lines", "numbers", "read_sections", "rows", "words"]

_HEADING = re.compile(r"^\s*#{1,6}\s*\**\s*([A-Za-z][A-Za-z0-9_ -]*?)\s*\**\s*(?::\s*\**\s*(.*))?$")
_BULLET = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+")
_NOTHING = frozenset({"", "none", "n/a", "-", "nothing", "empty", "[]"})
_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})


@dataclass(frozen=True, slots=True)
class Section:
    """One heading: `name` is the field of the form, `hint` tells the model what to write below it.

    `parse` makes the field's value of the text, or raises ValueError.
    """

    name: str
    hint: str
    parse: Callable[[str], object] = str.strip


def lines(text: str) -> list[str]:
    """Return the lines without bullets; "none" alone is no line."""
    found = [_BULLET.sub("", line).strip() for line in text.splitlines()]
    return [line for line in found if line.lower().rstrip(".") not in _NOTHING]


def words(text: str) -> list[str]:
    """Return items that are separated by commas or lines."""
    return [item.strip() for line in lines(text) for item in line.split(",") if item.strip()]


def numbers(text: str) -> list[int]:
    """Return the whole numbers in the text, each once, in order."""
    return list(dict.fromkeys(int(found) for found in re.findall(r"(?<![\w.-])\d{1,9}(?![\w.])", text)))


def flag(text: str) -> bool:
    """Return whether the text begins with yes or true; raises ValueError for another word than their opposites."""
    first = re.match(r"\W*(\w+)", text)
    word = first[1].lower() if first else ""
    if word not in _YES | _NO:
        raise ValueError("expected yes or no")
    return word in _YES


def rows(*columns: str) -> Callable[[str], list[dict[str, str]]]:
    """Return a parser of lines `a | b | c` to objects with these fields; another number of parts is an error."""

    def parse(text: str) -> list[dict[str, str]]:
        found = []
        for line in lines(text):
            parts = [part.strip() for part in line.strip("| ").split("|")]
            if len(parts) != len(columns):
                raise ValueError(f"expected {len(columns)} parts separated by |")
            found.append(dict(zip(columns, parts, strict=True)))
        return found

    return parse


def instruction(sections: Sequence[Section]) -> str:
    """Return what asks for the sections."""
    form = "\n".join(f"## {section.name}\n({section.hint})" for section in sections)
    return (
        "Do not write JSON. Answer in plain text with exactly these sections, each heading on a line of its own, "
        f"what is in brackets replaced by your answer, and nothing else:\n{form}"
    )


def read_sections(text: str, sections: Sequence[Section]) -> dict[str, object]:
    """Return the fields; raises ValueError for a missing section or one that cannot be read.

    A heading that comes twice counts once, the first time. The error names sections only, never the text.
    """
    wanted = {_folded(section.name): section for section in sections}
    bodies: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.match(line)
        name = _folded(heading[1]) if heading else ""
        if heading and name in wanted:
            current = []
            bodies.setdefault(name, current)
            line = heading[2] or ""
        current.append(line)
    missing = [section.name for name, section in wanted.items() if name not in bodies]
    if missing:
        raise ValueError(f"sections are missing: {', '.join(missing)}")
    return {section.name: _parsed(section, "\n".join(bodies[name])) for name, section in wanted.items()}


def _parsed(section: Section, body: str) -> object:
    try:
        return section.parse(body)
    except ValueError:
        raise ValueError(f"section {section.name} cannot be read") from None


def _folded(name: str) -> str:
    return re.sub(r"[ _-]+", " ", name.strip().lower())
