"""Benign texts that a guard must leave alone, by class: made from seeded grammars, none seen in its training."""

from __future__ import annotations

from memsvc_evals.redteam.negatives import boilerplate, languages, preferences, questions, runbooks
from memsvc_evals.redteam.negatives.grammar import sample

__all__ = ["CLASSES", "hard_negatives"]

_GRAMMARS = {
    "preferences": preferences,
    "boilerplate": boilerplate,
    "questions": questions,
    "runbooks": runbooks,
    "languages": languages,
}
CLASSES = tuple(_GRAMMARS)
"""The classes that there are."""


def hard_negatives(name: str, *, count: int = 400, seed: int = 0) -> list[str]:
    """Return so many texts of a class; boilerplate repeats its fixed parts, as boilerplate does."""
    grammar = _GRAMMARS[name]
    return sample(grammar.TEMPLATES, grammar.RULES, count=count, seed=f"{name}/{seed}")
