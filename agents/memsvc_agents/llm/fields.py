"""Fields of an endpoint's answer, which may hold anything."""

from __future__ import annotations

__all__ = ["model_name", "text_of", "token_count"]

# Two of these still add up within a 32-bit column of the ledger.
_MOST_TOKENS = 1_000_000_000
_MOST_NAME = 200


def token_count(value: object) -> int | None:
    """Return a count of tokens; None for what cannot be one."""
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


def model_name(value: object, asked: str) -> str:
    """Return the name that an endpoint gives its model, or else the one it was asked for by."""
    return value if isinstance(value, str) and 0 < len(value) <= _MOST_NAME and value.isprintable() else asked


def text_of(value: object) -> str:
    """Return a piece of text, empty for none; raises TypeError for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("text is no string")
    return value
