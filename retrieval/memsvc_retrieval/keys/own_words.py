"""What somebody wrote himself in a turn: neither code nor lists nor a document that was pasted in."""

from __future__ import annotations

import re
from typing import Final

from memsvc.ports.retrieval import Passage

__all__ = ["own_lines", "turns_of", "user_lines"]

_FENCED: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_BLANK_LINE: Final = re.compile(r"\n\s*\n")
_LISTED: Final = re.compile(r"\s*(?:[-*•+>|#]|\(?\d{1,3}[.):]\s|\(?[A-Za-z][.)]\s)")
_CODE: Final = re.compile(r"[{}<>=\\|]|;\s*$|\w\(\)|\w_\w")
_LONG = 1_500
_PARAGRAPH = 700
_MOST_CODE = 2


def own_lines(text: str) -> list[str]:
    """Return the lines in somebody's own words; of a long text only a short first and last paragraph count."""
    text = _FENCED.sub("\n", text) if "```" in text else text
    if len(text) > _LONG:
        paragraphs = [part for part in _BLANK_LINE.split(text) if part.strip()]
        ends = paragraphs[:1] + paragraphs[1:][-1:]
        text = "\n".join(part for part in ends if len(part) <= _PARAGRAPH)
    return [line for line in text.splitlines() if line.strip() and not _is_foreign(line)]


def _is_foreign(line: str) -> bool:
    if _LISTED.match(line):
        return True
    return len(_CODE.findall(line)) > _MOST_CODE


def turns_of(passage: Passage, *, user: bool) -> list[str]:
    """Return the texts of the user's turns or of all others; without turns everything is the user's."""
    if not passage.turns:
        return [passage.content] if user else []
    return [passage.content[turn.start : turn.end] for turn in passage.turns if (turn.role == "user") is user]


def user_lines(passage: Passage) -> list[str]:
    """Return what the user wrote himself, line by line."""
    return [line for text in turns_of(passage, user=True) for line in own_lines(text)]
