"""What is joined to the keys of a document, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from memsvc.errors import InvalidInput

__all__ = ["Expansion", "Form", "Join", "Style", "parse_form"]

_SPLIT = "split-"


class Expansion(StrEnum):
    """The five official EXPANSION names."""

    SESSION_SUMM = "session-summ"
    SESSION_KEYPHRASE = "session-keyphrase"
    SESSION_USERFACT = "session-userfact"
    TURN_KEYPHRASE = "turn-keyphrase"
    TURN_USERFACT = "turn-userfact"

    @property
    def level(self) -> Literal["session", "turn"]:
        """Return what an entry of its cache is about."""
        return "session" if self.value.startswith("session") else "turn"

    @property
    def is_facts(self) -> bool:
        """Return whether an entry is a list of facts rather than one text."""
        return self.value.endswith("userfact")


class Join(StrEnum):
    SEPARATE = "separate"
    MERGE = "merge"
    REPLACE = "replace"


class Style(StrEnum):
    """`official` repeats the published code with its quirks; `clean` keeps every item and its label."""

    OFFICIAL = "official"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Form:
    """A join, over the whole expansion or (`split`) over each sentence, keyphrase or fact of it."""

    join: Join
    split: bool = False

    def __str__(self) -> str:
        return f"{_SPLIT if self.split else ''}{self.join}"


def parse_form(text: str) -> Form:
    """Read `[split-]JOIN`, for example `split-merge`; raises InvalidInput."""
    join = text.removeprefix(_SPLIT)
    if join not in list(Join):
        raise InvalidInput(f"join {text!r}: must be one of {', '.join(Join)}, each also with {_SPLIT} before it")
    return Form(Join(join), split=text != join)
