"""How terms are written in a database: with their namespace in front, so that no term is shared by two."""

from __future__ import annotations

__all__ = ["namespace_prefix", "query_terms"]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def namespace_prefix(namespace_row: int) -> str:
    """Return the row in base 36 and an underscore, which no term contains."""
    digits = ""
    rest = namespace_row
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"{digits or '0'}_"


def query_terms(namespace_row: int, terms: list[str]) -> list[str]:
    """Return the distinct terms of a question as they are stored, in an order that does not depend on it."""
    prefix = namespace_prefix(namespace_row)
    return [prefix + term for term in sorted(set(terms))]
