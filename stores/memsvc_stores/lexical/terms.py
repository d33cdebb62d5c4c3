"""How a term is written in a database: with its namespace in front, so that no term is shared by two."""

from __future__ import annotations

__all__ = ["namespace_prefix"]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def namespace_prefix(namespace_row: int) -> str:
    """Return the row in base 36 and an underscore, which no term contains."""
    digits = ""
    rest = namespace_row
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"{digits or '0'}_"
