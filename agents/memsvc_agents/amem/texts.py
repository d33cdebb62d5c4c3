"""Memory text as a model gets it, and the model's text as it is kept: short, on one line, and each thing once."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from memsvc.ports.amem import Shown
from memsvc.ports.retrieval import Passage

__all__ = ["Cut", "as_data", "distinct", "excerpt", "one_line", "said", "shown"]

_KEYWORDS, _TAGS = 3, 3


@dataclass(frozen=True, slots=True)
class Cut:
    """How many characters a model gets of what the user said, of what others said, and of the context."""

    user: int
    others: int
    context: int


def shown(note: Shown, cut: Cut) -> dict[str, object]:
    """Return a note as a model gets it among others."""
    attributes = note.attributes
    return {
        "said": said(note.passage, user=cut.user, others=cut.others),
        "keywords": excerpt(", ".join(attributes.keywords[:_KEYWORDS]), cut.context),
        "tags": excerpt(", ".join(attributes.tags[:_TAGS]), cut.context),
        "context": excerpt(attributes.context, cut.context),
    }


def as_data(value: Mapping[str, object]) -> str:
    """Return one line of JSON without `</`, so that no text can end the block that it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def said(passage: Passage, *, user: int, others: int) -> dict[str, str]:
    """Return who said what, the user's words cut at `user` characters and everybody else's at `others`."""
    if not passage.turns:
        return {"user": excerpt(passage.content, user)}
    texts: dict[str, list[str]] = {}
    for turn in passage.turns:
        texts.setdefault(turn.role, []).append(passage.content[turn.start : turn.end])
    cut = {role: excerpt("\n".join(parts), user if role == "user" else others) for role, parts in texts.items()}
    kept = {role: text for role, text in cut.items() if text}
    return kept or {role: excerpt("\n".join(parts), user) for role, parts in texts.items()}


def excerpt(text: str, most: int) -> str:
    """Return the text with single blanks, cut at a blank where it is longer."""
    plain = " ".join(text[: 4 * most].split())
    if len(plain) <= most:
        return plain
    return (plain[:most].rpartition(" ")[0] or plain[:most]) + "\N{HORIZONTAL ELLIPSIS}" if most else ""


def one_line(text: str, most: int) -> str:
    """Return a model's text without control, format and half characters, cut at a blank where it is longer."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char for char in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else plain[:most].rpartition(" ")[0] or plain[:most]


def distinct(texts: Iterable[str], *, most: int, longest: int) -> tuple[str, ...]:
    """Return at most so many texts that are neither blank nor over `longest`, each once whatever its case."""
    kept: dict[str, str] = {}
    for text in texts:
        plain = one_line(text, longest + 1)
        if 0 < len(plain) <= longest:
            kept.setdefault(plain.casefold(), plain)
    return tuple(kept.values())[:most]
