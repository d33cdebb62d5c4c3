"""The guard's cheap checks, before a note is stored: no embedding, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from memsvc.domain.drafts import ItemError, NoteDraft, Outcome, OutcomeStatus
from memsvc.domain.guarding import Assessment, Signal, Stage, Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.policies import Failing, GuardLevel, GuardPolicy
from memsvc.errors import GuardModelError
from memsvc.guard.decide import adjusted_p, weigh
from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.memory.context import Context
from memsvc.memory.guarding.accomplices import accomplice_of
from memsvc.memory.guarding.assessing import Assessor, content_signals
from memsvc.memory.guarding.calibrating import sort_of
from memsvc.memory.guarding.examining import Examined, asked, examine
from memsvc.memory.guarding.second_looks import Blamed, blamed
from memsvc.memory.guarding.sharing import Sharers, sharers_of
from memsvc.memory.guarding.tools import limits_of, waits_for_probe
from memsvc.memory.guarding.writers import Pace, pace_of
from memsvc.memory.policy import policy_of
from memsvc.ports.storage import Reader

__all__ = ["UNCHECKED", "Checked", "Checks", "check_drafts"]

_STRICTER: Final = {Status.ACTIVE: 0, Status.LIMITED: 1, Status.QUARANTINED: 2}
_STATUS_OF: Final = {Verdict.LIMIT: Status.LIMITED, Verdict.QUARANTINE: Status.QUARANTINED}
_NONE: Final[Mapping[NoteId, Checked]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a draft, the status that follows of it, and what shared runs are found by.

    `partners` are stored notes that share a run with it which is too rare for chance: they are looked at again.
    With `blamed` its accomplices are, too.
    """

    status: Status
    assessment: Assessment
    shingles: tuple[int, ...] = ()
    partners: tuple[NoteId, ...] = ()
    blamed: Blamed | None = None

    @property
    def blocked(self) -> bool:
        return self.assessment.verdict is Verdict.BLOCK

    def outcome(self) -> Outcome:
        """Return the outcome of a draft that is not stored."""
        detectors = sorted({signal.detector for signal in self.assessment.signals})
        detail = f"the guard blocked it (risk {self.assessment.ledgers.risk:.2f} by {', '.join(detectors)})"
        return Outcome(OutcomeStatus.BLOCKED, error=ItemError("guard-blocked", detail))


@dataclass(frozen=True, slots=True)
class Checks:
    """What became of the drafts of a request, by id; without a `policy` (resolved) the guard is off."""

    policy: GuardPolicy | None = None
    by_note: Mapping[NoteId, Checked] = field(default_factory=lambda: _NONE)
    broken: tuple[str, ...] = ()

    def storable(self, drafts: Sequence[NoteDraft]) -> list[NoteDraft]:
        """Return the drafts that are stored, each with its status."""
        blocked = self.blocked
        return [self._with_status(draft) for draft in drafts if draft.id not in blocked]

    @property
    def blocked(self) -> dict[NoteId, Checked]:
        return {note: each for note, each in self.by_note.items() if each.blocked}

    def _with_status(self, draft: NoteDraft) -> NoteDraft:
        checked = self.by_note.get(draft.id)
        if checked is None or checked.status is draft.status:
            return draft
        return replace(draft, status=checked.status)


UNCHECKED: Final = Checks()


def check_drafts(
    context: Context,
    reader: Reader,
    drafts: Sequence[NoteDraft],
    *,
    principal: str | None,
    now: datetime,
) -> Checks:
    """Assess drafts that are no duplicates. Without a `principal` they are derived notes: nobody's pace counts,
    and what would be blocked is quarantined, as it is stored already in other words.

    A detector that fails is in `broken`; raises GuardModelError instead where the policy fails closed.
    """
    tools = context.guard
    if tools is None or not drafts:
        return UNCHECKED
    policy = tools.resolved(policy_of(reader).guard)
    if policy.level is GuardLevel.OFF:
        return UNCHECKED
    taken = reader.duplicates([draft.dedupe for draft in drafts])
    fresh = [draft for draft in drafts if draft.dedupe not in taken]
    if not fresh:
        return Checks(policy)
    try:
        assessor = Assessor.of(tools, policy)
    except GuardModelError:
        if policy.on_failure is Failing.CLOSED:
            raise
        return _unseen(policy, fresh, now)
    principals = frozenset() if principal is None else frozenset({principal})
    return _Checking(assessor, reader, now, principals).check(fresh, principal)


def _unseen(policy: GuardPolicy, drafts: Sequence[NoteDraft], now: datetime) -> Checks:
    """Return the checks where there is no model: all are stored, as evidence where they would have to wait."""
    checked = {}
    for draft in drafts:
        ledgers = weigh((), trust=draft.trust, alpha=limits_of(policy).alpha)
        assessment = Assessment(Stage.WRITE, Verdict.ALLOW, ledgers, (), now, "none", degraded=("model",))
        checked[draft.id] = Checked(_status_of(draft, Verdict.ALLOW, policy), assessment)
    return Checks(policy, checked, ("model",))


def _status_of(draft: NoteDraft, verdict: Verdict, policy: GuardPolicy) -> Status:
    """Return the strictest of the draft's own status, that of the verdict, and waiting for the probe."""
    waiting = Status.LIMITED if waits_for_probe(policy, draft.origin) else Status.ACTIVE
    return max(draft.status, _STATUS_OF.get(verdict, waiting), waiting, key=lambda each: _STRICTER.get(each, 0))


@dataclass(frozen=True, slots=True)
class _Checking:
    """One request's checks."""

    assessor: Assessor
    reader: Reader
    now: datetime
    principals: frozenset[str] = frozenset()

    @property
    def _alpha(self) -> float:
        return limits_of(self.assessor.policy).alpha

    def check(self, drafts: Sequence[NoteDraft], principal: str | None) -> Checks:
        model = self.assessor.model
        examined = [
            examine(model, draft.content, original=draft.original, metadata=draft.metadata) for draft in drafts
        ]
        contents = [draft.content for draft in drafts]
        sharers = sharers_of(
            self.reader,
            contents,
            examined,
            trusts=[draft.trust for draft in drafts],
            sessions=[draft.session for draft in drafts],
            principal=principal or "",
        )
        pace = Pace()
        if principal is not None:
            pace = pace_of(self.reader, principal, allowed=self.assessor.policy.burst_per_minute, now=self.now)
        checked = {}
        for place, draft in enumerate(drafts):
            signals, broken = self._signals(draft, examined[place], sharers[place], pace.findings(place))
            assessment = self.assessor.assessment(
                Stage.WRITE,
                signals,
                trust=draft.trust,
                at=self.now,
                broken=broken,
                may_block=principal is not None,
            )
            shingles = tuple(shingle.hash for shingle in examined[place].shingles)
            checked[draft.id] = Checked(
                _status_of(draft, assessment.verdict, self.assessor.policy),
                assessment,
                shingles,
                sharers[place].stored if self._is_planted(signals) else (),
                blamed(self.reader, model.runs, draft, assessment, alpha=self._alpha),
            )
        return Checks(self.assessor.policy, checked, self._broken(checked.values()))

    def _is_planted(self, signals: Sequence[Signal]) -> bool:
        """Return whether the run that the draft shares with others alone would quarantine it."""
        return adjusted_p([signal for signal in signals if signal.detector == "runs"]) <= self._alpha

    def _broken(self, checked: Iterable[Checked]) -> tuple[str, ...]:
        """Return the detectors that failed; raises GuardModelError where the policy fails closed."""
        broken = tuple(dict.fromkeys(name for each in checked for name in each.assessment.degraded))
        if broken and self.assessor.policy.on_failure is Failing.CLOSED:
            raise GuardModelError(
                f"the guard's detectors {', '.join(broken)} failed, and the policy refuses writes then; "
                "repair the guard's model, or set the policy's guard.on_failure to open"
            )
        return broken

    def _signals(
        self, draft: NoteDraft, examined: Examined, sharers: Sharers, pace: Mapping[str, Finding]
    ) -> tuple[list[Signal], tuple[str, ...]]:
        broken = list(examined.broken)
        findings = {**examined.findings, **pace}
        if sharers.texts:
            shared = self.assessor.model.runs.shared_run
            runs = asked("runs", lambda: shared(examined.reading, sharers.texts), broken)
            findings["runs"] = runs or NOTHING_FOUND
        findings["accomplice"] = accomplice_of(
            self.reader,
            self.assessor.model.runs,
            examined,
            sharers.quarantined,
            trust=draft.trust,
            alpha=self._alpha,
            broken=broken,
        )
        signals = content_signals(
            self.reader,
            self.assessor,
            sort_of(draft.kind, draft.content),
            findings,
            principals=sharers.principals | self.principals,
        )
        return signals, tuple(dict.fromkeys(broken))
