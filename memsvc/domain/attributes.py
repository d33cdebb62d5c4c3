"""A-MEM's attributes of a note: what a model or rules say of it beside its content."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Attributes", "Method", "concatenation"]


class Method(StrEnum):
    """What made a derived value."""

    RULES = "rules"
    LLM = "llm"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Attributes:
    """Keywords, most important first, broad tags, and a sentence of context (A-MEM, section 3.1: K, G, X)."""

    keywords: tuple[str, ...] = field(default=(), repr=False)
    tags: tuple[str, ...] = field(default=(), repr=False)
    context: str = field(default="", repr=False)
    method: Method = Method.RULES

    @property
    def text(self) -> str:
        """Return K || G || X, each on a line of its own, without those that are empty."""
        return "\n".join(part for part in (", ".join(self.keywords), ", ".join(self.tags), self.context) if part)

    @property
    def found_by(self) -> str:
        """Return the words by which lexical search finds the note: those of a model or of a user.

        Rules only repeat words of the note and its session, which would weigh them twice and lengthen the note.
        """
        return "" if self.method is Method.RULES else self.text


def concatenation(content: str, attributes: Attributes) -> str:
    """Return c || K || G || X, what A-MEM embeds of a note (equation 3)."""
    return "\n".join(part for part in (content, attributes.text) if part)
