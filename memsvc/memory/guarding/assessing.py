"""From findings to signals with p-values, and from signals to an assessment, in checks, probes and scans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memsvc.domain.guarding import Assessment, Signal, Stage, Verdict
from memsvc.domain.policies import GuardPolicy
from memsvc.guard.decide import decide, weigh
from memsvc.guard.findings import Finding
from memsvc.guard.model_file import GuardModel
from memsvc.memory.guarding.calibrating import Calibrations, Sort
from memsvc.memory.guarding.tools import GuardTools, limits_of
from memsvc.ports.storage import Reader

__all__ = ["Assessor", "Keyed"]

# What no harmless note is compared with: its score says how sure it is.
_UNCALIBRATED: Final = frozenset({"invisible", "burst", "newcomer", "sybil"})


@dataclass(frozen=True, slots=True)
class Keyed:
    """A finding in the text of a key, by the key's ordinal, and what that text's scores are compared within."""

    finding: Finding
    key: int
    sort: Sort


@dataclass(frozen=True, slots=True)
class Assessor:
    """A policy (resolved) with the model that it works by."""

    calibrations: Calibrations
    model: GuardModel
    policy: GuardPolicy

    @classmethod
    def of(cls, tools: GuardTools, policy: GuardPolicy) -> Assessor:
        """Raises GuardModelError."""
        return cls(tools.calibrations, tools.model(), policy)

    def signal(self, reader: Reader, sort: Sort, detector: str, finding: Finding) -> Signal:
        """Return a finding in a note's content as a signal."""
        p = self._p(reader, sort, detector, finding)
        return Signal(detector, finding.score, p, finding.why, finding.span)

    def keyed_signal(self, reader: Reader, detector: str, found: Sequence[Keyed]) -> Signal | None:
        """Return the rarest finding in a note's keys; its p-value allows for how many there are (Bonferroni)."""
        rated = [(self._p(reader, each.sort, detector, each.finding), each) for each in found]
        if not rated:
            return None
        p, worst = min(rated, key=lambda each: (each[0], -each[1].finding.score))
        finding = worst.finding
        return Signal(detector, finding.score, min(1.0, p * len(rated)), finding.why, finding.span, worst.key)

    def assessment(
        self,
        stage: Stage,
        signals: Iterable[Signal],
        *,
        trust: float,
        at: datetime,
        broken: tuple[str, ...] = (),
        may_block: bool = True,
    ) -> Assessment:
        """Return what the signals come to; what is stored already, `may_block` False, is quarantined at worst."""
        told, limits = tuple(signals), limits_of(self.policy)
        ledgers = weigh(told, trust=trust, alpha=limits.alpha)
        verdict = decide(ledgers, told, limits)
        if verdict is Verdict.BLOCK and not may_block:
            verdict = Verdict.QUARANTINE
        return Assessment(stage, verdict, ledgers, told, at, self.model.version, broken)

    def _p(self, reader: Reader, sort: Sort, detector: str, finding: Finding) -> float:
        if detector in _UNCALIBRATED:
            return 1.0 - finding.score
        alpha = limits_of(self.policy).alpha
        return self.calibrations.p_value(reader, self.model, detector, sort, finding.score, alpha=alpha)
