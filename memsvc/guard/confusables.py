"""Letters of other scripts that look like letters of a word's own script."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["unconfused"]

# Only letters that are drawn the same in usual fonts, and no Greek ones that sciences use beside Latin.
_CYRILLIC_OF: Final = dict(zip("ABCEHIJKMOPSTXYacehijopsxyq", "АВСЕНІЈКМОРЅТХУасеһіјорѕхуԛ", strict=True))
_TO_CYRILLIC: Final = str.maketrans(_CYRILLIC_OF)
_TO_LATIN: Final = str.maketrans(
    {
        **{other: latin for latin, other in _CYRILLIC_OF.items()},
        **dict(zip("ԁԝӏӀ", "dwlI", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),
        **dict(zip("օսհցԼՍՏՕ", "ouhgLUSO", strict=True)),
        **dict(zip("ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "ABCDEHJKLMPRSTVWZ", strict=True)),
    }
)
_MARKS: Final = "[\u0300-\u036f]*"
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u02af\u1e00-\u1eff]")
_CYRILLIC: Final = re.compile("[\u0400-\u052f\u1c80-\u1c8f]")
# Greek, Cyrillic, Armenian, Cherokee.
_NOT_LATIN: Final = re.compile("[\u0370-\u0587\u13a0-\u13ff\u1c80-\u1c8f\u1f00-\u1fff]")
_NOT_CYRILLIC: Final = re.compile("[A-Za-z\u00c0-\u03ff\u0530-\u0587\u13a0-\u13ff\u1e00-\u1fff]")
_MIXED: Final = re.compile(
    f"{_LATIN.pattern}{_MARKS}{_NOT_LATIN.pattern}|{_NOT_LATIN.pattern}{_MARKS}{_LATIN.pattern}"
)
_WORD: Final = re.compile("[^\\W\\d_](?:[^\\W\\d_]|[\u0300-\u036f])*")


def unconfused(text: str) -> tuple[str, int]:
    """Return the text with every word in one script where it only looks as if, and how many letters that took.

    A word that is all of one script stays, whatever it looks like, and so does one whose letters of another script
    have no twin. Latin wins, if it has all letters, unless most are Cyrillic.
    """
    if _MIXED.search(text) is None:
        return text, 0
    told = _WORD.sub(_in_one_script, text)
    return told, sum(before != after for before, after in zip(text, told, strict=True))


def _in_one_script(match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii() or _MIXED.search(word) is None:
        return word
    latin, cyrillic = word.translate(_TO_LATIN), word.translate(_TO_CYRILLIC)
    fits_latin = _NOT_LATIN.search(latin) is None
    fits_cyrillic = _NOT_CYRILLIC.search(cyrillic) is None
    if fits_cyrillic and len(_CYRILLIC.findall(word)) > len(_LATIN.findall(word)):
        return cyrillic
    if fits_latin:
        return latin
    return cyrillic if fits_cyrillic else word
