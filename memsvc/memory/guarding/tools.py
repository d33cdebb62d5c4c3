"""What the guard works with: the model, loaded when it is first needed, and what each level means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from memsvc.domain.notes import Origin
from memsvc.domain.policies import Failing, GuardLevel, GuardPolicy, Probing
from memsvc.guard.coherence import Coherence
from memsvc.guard.decide import Limits
from memsvc.guard.model_file import GuardModel
from memsvc.memory.guarding.calibrating import Calibrations
from memsvc.memory.guarding.kept_surroundings import KeptSurroundings
from memsvc.ports.token_states import TokenReader

__all__ = ["GuardTools", "is_probed", "is_trusted", "limits_of", "waits_for_probe"]

_LEVELS: Final = {
    GuardLevel.BALANCED: GuardPolicy(
        level=GuardLevel.BALANCED,
        false_positive_rate=0.01,
        limit_risk=0.15,
        quarantine_risk=0.5,
        block_risk=0.95,
        on_failure=Failing.OPEN,
    ),
    GuardLevel.STRICT: GuardPolicy(
        level=GuardLevel.STRICT,
        false_positive_rate=0.02,
        limit_risk=0.05,
        quarantine_risk=0.3,
        block_risk=0.75,
        on_failure=Failing.CLOSED,
        burst_per_minute=600,
    ),
}
_UNTRUSTED: Final = frozenset({Origin.TOOL_EXTERNAL, Origin.UNTRUSTED_DOCUMENT})


@dataclass(frozen=True, slots=True)
class GuardTools:
    """`model` raises GuardModelError, `reader` EmbedderUnavailable; they are loaded when first asked for.

    `level` is the service's own. Without a reader the words of all notes count as belonging where they stand.
    """

    model: Callable[[], GuardModel]
    level: GuardLevel = GuardLevel.BALANCED
    reader: Callable[[], TokenReader] | None = None
    calibrations: Calibrations = field(default_factory=Calibrations)
    surroundings: KeptSurroundings = field(default_factory=KeptSurroundings)

    def coherence(self) -> Coherence | None:
        """Return what tells planted words; raises GuardModelError, EmbedderUnavailable."""
        return None if self.reader is None else Coherence(self.model().head, self.reader())

    def resolved(self, policy: GuardPolicy) -> GuardPolicy:
        """Return the policy with the values of its level, or the service's, where it has none of its own.

        Only `burst_per_minute` may still be None: without bound. Of risks that contradict one another the
        policy's own counts.
        """
        level = self.level if policy.level is GuardLevel.DEFAULT else policy.level
        own = _LEVELS.get(level, _LEVELS[GuardLevel.BALANCED])
        limit, quarantine, block = _in_order(policy, own)
        return replace(
            policy,
            level=level,
            false_positive_rate=policy.false_positive_rate or own.false_positive_rate,
            limit_risk=limit,
            quarantine_risk=quarantine,
            block_risk=block,
            on_failure=own.on_failure if policy.on_failure is Failing.DEFAULT else policy.on_failure,
            burst_per_minute=policy.burst_per_minute or own.burst_per_minute,
        )


def _in_order(policy: GuardPolicy, own: GuardPolicy) -> tuple[float, float, float]:
    """Return the three risks, rising: a default gives way to what the policy says itself."""
    limit = policy.limit_risk or own.limit_risk or 1.0
    quarantine = policy.quarantine_risk or own.quarantine_risk or 1.0
    block = policy.block_risk or own.block_risk or 1.0
    if policy.limit_risk is None:
        limit = min(limit, policy.quarantine_risk or limit, policy.block_risk or limit)
    if policy.quarantine_risk is None:
        quarantine = max(limit, min(quarantine, policy.block_risk or quarantine))
    return limit, quarantine, max(block, quarantine)


def limits_of(resolved: GuardPolicy) -> Limits:
    """Return the thresholds of a policy that was resolved."""
    given = (
        resolved.false_positive_rate,
        resolved.limit_risk,
        resolved.quarantine_risk,
        resolved.block_risk,
    )
    alpha, limit, quarantine, block = (1.0 if each is None else each for each in given)
    return Limits(alpha, limit, quarantine, block)


def is_trusted(origin: Origin) -> bool:
    """Return whether words of an origin may be let in before they were probed."""
    return origin not in _UNTRUSTED


def is_probed(policy: GuardPolicy, origin: Origin) -> bool:
    """Return whether a note of an origin is looked at in the background."""
    return policy.probe is Probing.ALL or (policy.probe is Probing.UNTRUSTED and not is_trusted(origin))


def waits_for_probe(policy: GuardPolicy, origin: Origin) -> bool:
    """Return whether a harmless-looking note is evidence only until it was probed.

    What nothing ever probes does not wait.
    """
    held = policy.level is GuardLevel.STRICT or not is_trusted(origin)
    return held and is_probed(policy, origin)
