"""What a run of the red team measures, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc_evals.redteam.families.attack import SIZES, Attack
from memsvc_evals.redteam.families.registry import FAMILIES

__all__ = ["MODES", "Condition", "GuardUse", "Plan", "parse_names", "parse_sizes"]

MODES = (Mode.DENSE, Mode.LEXICAL, Mode.HYBRID)


class GuardUse(StrEnum):
    STRICT = "strict"
    BALANCED = "balanced"
    OFF = "off"


class Condition(StrEnum):
    """Whom the notes and the trigger's words come from, as the server sees it.

    UNTRUSTED: the notes come from a document, the trigger stands in a span of its own origin. TRUSTED, the worst
    case: the notes come in through a trusted user's own channel and nobody labels the question, so that only what
    is found in texts and vectors can help.
    """

    UNTRUSTED = "untrusted"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class Plan:
    """`families` () are all; `negatives` are harmless notes of each class that must not be flagged.

    Without `both` an optimised attack is measured in the worst case alone. `adaptive` has an attacker search who
    knows the detectors.
    """

    guard: GuardUse = GuardUse.BALANCED
    seeds: int = 1
    sizes: tuple[int, ...] = (1, 8)
    families: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = MODES
    victims: int = 60
    questions: int = 500
    negatives: int = 300
    notes: int = 1_500
    both: bool = False
    adaptive: bool = False

    def full(self) -> Plan:
        """Return the whole grid."""
        return replace(
            self,
            seeds=max(3, self.seeds),
            sizes=SIZES,
            victims=100,
            questions=1_000,
            notes=3_000,
            both=True,
            adaptive=True,
        )

    def sizes_of(self, attack: Attack) -> tuple[int, ...]:
        """Return how many notes of an attack are written, ascending; its smallest size if none is asked for."""
        wanted = tuple(sorted(set(attack.sizes) & set(self.sizes)))
        return wanted or (min(attack.sizes),)


def parse_sizes(text: str) -> tuple[int, ...]:
    """Return numbers of poison notes, such as "1,2,8"; raises InvalidInput."""
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or not set(sizes) <= set(SIZES):
        raise InvalidInput(f"--n must be some of {', '.join(map(str, SIZES))}, separated by commas, not {text!r}")
    return tuple(sizes)


def parse_names(text: str) -> tuple[str, ...]:
    """Return families by name, () for all; raises InvalidInput for one that is not there."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if unknown := sorted(set(names) - set(FAMILIES)):
        raise InvalidInput(f"--families: there is no {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    return names
