"""From signals to a verdict: three ledgers, their product, and rules that no product can soften."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from types import MappingProxyType
from typing import Final

from memsvc.domain.guarding import Ledgers, Signal, Verdict

__all__ = ["ALPHAS_OF_ACCOMPLICE", "LEDGER_OF", "SHARES", "Ledger", "Limits", "adjusted_p", "decide", "weigh"]


class Ledger(StrEnum):
    """What a detector speaks to: whom a note would reach, what it would do there, who is behind it."""

    HIJACK = "hijack"
    INFLUENCE = "influence"
    DISTRUST = "distrust"


LEDGER_OF: Final[Mapping[str, Ledger]] = MappingProxyType(
    {
        "wordlm": Ledger.HIJACK,
        "runs": Ledger.HIJACK,
        "transplant": Ledger.HIJACK,
        "hubness": Ledger.HIJACK,
        "run_vectors": Ledger.HIJACK,
        "accomplice": Ledger.HIJACK,
        "payload": Ledger.INFLUENCE,
        "invisible": Ledger.INFLUENCE,
        "burst": Ledger.DISTRUST,
        "newcomer": Ledger.DISTRUST,
        "sybil": Ledger.DISTRUST,
    }
)
SHARES: Final[Mapping[str, float]] = MappingProxyType(
    {"wordlm": 0.1, "runs": 0.1, "transplant": 0.55, "hubness": 0.05, "run_vectors": 0.05}
)
"""The share of the false positives that each hijack detector may make.

They add up to 0.85: the rest is for accomplices, which have no share, as they say how much evidence of another
kind is enough.
"""

_INFLUENCE_ALPHA: Final = 0.02
_HIDDEN: Final = 1.0
_CROWD: Final = 1.0
ALPHAS_OF_ACCOMPLICE: Final = 3.0
"""By how much more than alpha the p-value of an accomplice may be: notes that are planted with one run of words
score alike, and what misses alpha among them misses it by little."""

# From here on (tool output from outside, documents) hidden text is nobody's accident.
_DISTRUSTED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a policy allows: `alpha` of all harmless notes may be quarantined; the others are risks."""

    alpha: float
    limit: float
    quarantine: float
    block: float


def adjusted_p(signals: Sequence[Signal]) -> float:
    """Return the p-value of all hijack signals together: the least, each over its share (weighted Bonferroni).

    At most alpha of harmless notes have one of alpha or less, however the detectors hang together.
    """
    return min(
        (min(1.0, each.p / SHARES[each.detector]) for each in signals if each.detector in SHARES), default=1
    )


def weigh(signals: Sequence[Signal], *, trust: float, alpha: float) -> Ledgers:
    """Return the ledgers of a note: strengths are logarithms of p-values, 1 where a signal alone is enough."""
    rate = max((each.score for each in signals if LEDGER_OF[each.detector] is Ledger.DISTRUST), default=0.0)
    influence = max(
        (_influence(each) for each in signals if LEDGER_OF[each.detector] is Ledger.INFLUENCE), default=0.0
    )
    return Ledgers(
        hijack=_strength(adjusted_p(signals), alpha),
        influence=influence,
        distrust=1.0 - trust * (1.0 - min(1.0, rate)),
    )


def decide(ledgers: Ledgers, signals: Sequence[Signal], limits: Limits) -> Verdict:
    """Return the verdict. Whatever the trust, a note that hijacks as no more than alpha of harmless notes do is
    quarantined; one with the run of words that another was quarantined for, as three times as many do. Hidden
    text, instructions from outside, a burst, and many writers with one rare run are never simply let in.
    """
    if ledgers.risk >= limits.block:
        return Verdict.BLOCK
    hidden = any(each.detector == "invisible" and each.score >= _HIDDEN for each in signals)
    if _hijacks(signals, limits.alpha) or (hidden and ledgers.distrust >= _DISTRUSTED):
        return Verdict.QUARANTINE
    if ledgers.risk >= limits.quarantine:
        return Verdict.QUARANTINE
    crowd = any(LEDGER_OF[each.detector] is Ledger.DISTRUST and each.score >= _CROWD for each in signals)
    instructs = ledgers.distrust >= _DISTRUSTED and any(
        each.detector == "payload" and each.p <= limits.alpha for each in signals
    )
    if hidden or instructs or crowd or ledgers.risk >= limits.limit:
        return Verdict.LIMIT
    return Verdict.ALLOW


def _hijacks(signals: Sequence[Signal], alpha: float) -> bool:
    """Return whether there is enough evidence of its own, of which an accomplice needs less, but some."""
    p = adjusted_p(signals)
    accomplice = any(each.detector == "accomplice" for each in signals)
    return p <= alpha or (accomplice and p < 1.0 and p <= ALPHAS_OF_ACCOMPLICE * alpha)


def _influence(signal: Signal) -> float:
    return signal.score if signal.detector == "invisible" else _strength(signal.p, _INFLUENCE_ALPHA)


def _strength(p: float, alpha: float) -> float:
    """Return 0 for p = 1, and 1 for p = alpha or less."""
    return min(1.0, max(0.0, log(p) / log(alpha)))
