"""Ways to write a text that look like it, or like nothing, to a reader or an encoder."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

__all__ = ["backwards", "lookalikes", "tagged", "zero_width"]

_TAGS = 0xE0000
_ZERO_WIDTH: Final = ("\u200b", "\u200c", "\u2060", "\ufeff")
_OVERRIDE, _POP = "\u202e", "\u202c"
_LOOKALIKES: Final = str.maketrans(
    {
        "a": "\u0430",
        "c": "\u0441",
        "e": "\u0435",
        "i": "\u0456",
        "o": "\u043e",
        "p": "\u0440",
        "s": "\u0455",
        "x": "\u0445",
        "y": "\u0443",
    }
)

Disguise = Callable[[str, random.Random], str]


def tagged(text: str, rng: random.Random) -> str:
    """Return the text in tag characters: nothing is seen, and a language model reads it."""
    del rng
    return "".join(chr(_TAGS + ord(letter)) for letter in text if 0x20 <= ord(letter) < 0x7F)


def zero_width(text: str, rng: random.Random) -> str:
    """Return the text with invisible characters inside its words."""
    return "".join(
        letter + (rng.choice(_ZERO_WIDTH) if letter.isalpha() and rng.random() < 0.4 else "") for letter in text
    )


def lookalikes(text: str, rng: random.Random) -> str:
    """Return the text with some Latin letters replaced by Cyrillic ones of the same look."""
    return "".join(letter.translate(_LOOKALIKES) if rng.random() < 0.5 else letter for letter in text)


def backwards(text: str, rng: random.Random) -> str:
    """Return the text stored backwards, to be shown forwards."""
    del rng
    return f"{_OVERRIDE}{text[::-1]}{_POP}"
