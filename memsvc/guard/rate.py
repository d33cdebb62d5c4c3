"""Who writes how much: bursts, floods by newcomers, and many writers with the same rare words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from memsvc.guard.findings import NOTHING_FOUND, Finding

__all__ = ["burst", "newcomer", "sybil"]

_NEWCOMER_NOTES: Final = 50
_FLOOD_NOTES: Final = 500
_CROWD: Final = 3


def burst(notes: int, *, allowed: int | None) -> Finding:
    """Return 1 for a note that is over what a principal may store in a minute; `notes` counts it as well."""
    if allowed is None or notes <= allowed:
        return NOTHING_FOUND
    return Finding(1.0, None, f"{notes} notes of one writer within a minute, over the policy's {allowed}")


def newcomer(notes: int) -> Finding:
    """Return how far a principal floods a namespace that others have made: `notes` in its first hour there.

    0 up to 50 notes, 0.9 from 500 on: a doubt, on which alone nothing is held back.
    """
    if notes <= _NEWCOMER_NOTES:
        return NOTHING_FOUND
    share = min(1.0, (notes - _NEWCOMER_NOTES) / (_FLOOD_NOTES - _NEWCOMER_NOTES))
    return Finding(0.9 * share, None, f"{notes} notes in the first hour of a new writer")


def sybil(principals: Collection[str]) -> Finding:
    """Return 1 when three or more principals have stored the same rare run of words; half that for two."""
    count = len(set(principals))
    if count < _CROWD - 1:
        return NOTHING_FOUND
    return Finding(min(1.0, 0.5 * (count - 1)), None, f"{count} writers share a rare run of words")
