"""Memory text as a model gets it: JSON, in which nothing can pass for what encloses it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from memsvc.ports.retrieval import Passage

__all__ = ["as_data", "one_line", "said"]


def as_data(data: Mapping[str, object]) -> str:
    """Return one line of JSON without `</`."""
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def said(passage: Passage, *, most: int) -> list[dict[str, str]]:
    """Return who says what, at most so many characters of each; without turns everything is the user's."""
    if not passage.turns:
        return [{"user": passage.content[:most]}]
    return [{turn.role: passage.content[turn.start : turn.end][:most]} for turn in passage.turns]


def one_line(text: str, most: int) -> str:
    """Return a text on one line without half characters, "" for one that is too long to be what was asked for."""
    line = " ".join(text.encode(errors="ignore").decode().replace("\0", "").split())
    return line if len(line) <= most else ""
