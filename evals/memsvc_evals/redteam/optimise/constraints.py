"""What a trigger is held to; the constraint on what the victim's agent does is in `target`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from memsvc_evals.redteam.optimise.carrier import Carrier
from memsvc_evals.redteam.optimise.language import WordBigrams

__all__ = ["Constraint", "LanguageCap", "Undetected", "all_of", "both"]


class Constraint(Protocol):
    def __call__(self, triggers: Sequence[Sequence[str]], /) -> list[bool]:
        """Return for each trigger whether it may be used."""
        ...


@dataclass(frozen=True, slots=True)
class LanguageCap:
    """Keeps every window of a trigger under `cap` bits/word (AgentPoison's coherence as a hard limit)."""

    language: WordBigrams
    cap: float
    window: int = 4

    def __call__(self, triggers: Sequence[Sequence[str]], /) -> list[bool]:
        return [self.language.worst_window(" ".join(each), size=self.window) <= self.cap for each in triggers]


@dataclass(frozen=True, slots=True)
class Undetected:
    """Keeps the score of every note that would be written under a detector's threshold.

    `score` is any detector on texts (for the evasion price: the guard's own); the trigger is tried in each
    carrier.
    """

    score: Callable[[Sequence[str]], Sequence[float]]
    threshold: float
    carriers: tuple[Carrier, ...]

    def __call__(self, triggers: Sequence[Sequence[str]], /) -> list[bool]:
        texts = [carrier.text(trigger) for trigger in triggers for carrier in self.carriers]
        scores = list(self.score(texts))
        width = len(self.carriers)
        return [
            all(score < self.threshold for score in scores[i * width : (i + 1) * width])
            for i in range(len(triggers))
        ]


def both(first: Constraint, second: Constraint) -> Constraint:
    """Return the constraint that asks `second` only of what `first` allows."""

    def combined(triggers: Sequence[Sequence[str]], /) -> list[bool]:
        allowed = first(triggers)
        asked = iter(second([each for each, ok in zip(triggers, allowed, strict=True) if ok]))
        return [ok and next(asked) for ok in allowed]

    return combined


def all_of(*constraints: Constraint | None) -> Constraint | None:
    """Return the constraint that asks them in turn; None is none."""
    found = [each for each in constraints if each is not None]
    return reduce(both, found) if found else None
