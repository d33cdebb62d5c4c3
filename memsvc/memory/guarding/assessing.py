"""From findings to signals with p-values, and from signals to an assessment, in checks, probes and scans."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memsvc.domain.guarding import UNCALIBRATED, Assessment, Signal, Stage, Verdict
from memsvc.domain.policies import GuardPolicy
from memsvc.guard.decide import decide, weigh
from memsvc.guard.findings import Finding
from memsvc.guard.model_file import GuardModel
from memsvc.guard.rate import sybil
from memsvc.memory.guarding.calibrating import Calibrations, Sort
from memsvc.memory.guarding.kept_surroundings import KeptSurroundings
from memsvc.memory.guarding.tools import GuardTools, limits_of
from memsvc.ports.storage import Reader

__all__ = ["Assessor", "content_signals"]

_RARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Assessor:
    """A policy (resolved) with the model that it works by."""

    calibrations: Calibrations
    surroundings: KeptSurroundings
    model: GuardModel
    policy: GuardPolicy

    @classmethod
    def of(cls, tools: GuardTools, policy: GuardPolicy) -> Assessor:
        """Raises GuardModelError."""
        return cls(tools.calibrations, tools.surroundings, tools.model(), policy)

    def signal(
        self, reader: Reader, sort: Sort, detector: str, finding: Finding, *, key: int | None = None
    ) -> Signal:
        """Return a finding in a note's content, or in the text of a key, as a signal."""
        p = self._p(reader, sort, detector, finding)
        return Signal(detector, finding.score, p, finding.why, finding.span, key)

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
        if detector in UNCALIBRATED:
            return 1.0
        alpha = limits_of(self.policy).alpha
        return self.calibrations.p_value(reader, self.model, detector, sort, finding.score, alpha=alpha)


def content_signals(
    reader: Reader, assessor: Assessor, sort: Sort, findings: Mapping[str, Finding], *, principals: Collection[str]
) -> list[Signal]:
    """Return what was found in a content as signals; `principals` have stored what shares its rare words."""
    signals = [assessor.signal(reader, sort, name, each) for name, each in findings.items() if each.score > 0]
    if any(signal.detector == "runs" and signal.p <= _RARE for signal in signals):
        crowd = sybil(principals)
        if crowd.score > 0:
            signals.append(assessor.signal(reader, sort, "sybil", crowd))
    return signals
