"""What is joined to the keys of a document, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from memsvc.errors import InvalidInput

__all__ = ["Expansion", "Form", "Join", "JoinOption", "Style", "parse_join"]

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


@dataclass(frozen=True, slots=True)
class JoinOption:
    style: Style
    form: Form

    def __str__(self) -> str:
        return f"{self.style}:{self.form}"


def parse_join(text: str) -> JoinOption:
    """Read `STYLE:[split-]JOIN`, for example `official:split-merge`; raises InvalidInput."""
    style, _, form = text.partition(":")
    join = form.removeprefix(_SPLIT)
    if style not in list(Style) or join not in list(Join):
        styles, joins = " or ".join(Style), ", ".join(Join)
        raise InvalidInput(
            f"join {text!r}: must be {styles}, a colon, and one of {joins}, each also with {_SPLIT} before it"
        )
    return JoinOption(Style(style), Form(Join(join), split=form != join))
