"""What is done with the notes of a namespace beyond storing them; by default nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from memsvc.domain.notes import TRUST_OF_ORIGIN, Kind, Origin
from memsvc.errors import FieldError, InvalidInput

__all__ = [
    "AmemPolicy",
    "Eviction",
    "Failing",
    "GuardLevel",
    "GuardPolicy",
    "LinkPolicy",
    "Policy",
    "PolicyVersion",
    "Probing",
    "RetentionPolicy",
    "ThoughtPolicy",
    "Unlabelled",
    "Work",
]


# A second: still shorter ones would round to no time at all.
_LEAST_DAYS = 1 / 86_400
_MOST_DAYS = 36_500
_MOST_HELD = 2**53


class Work(StrEnum):
    """Who does a piece of derived work in the background."""

    OFF = "off"
    RULES = "rules"
    LLM = "llm"


class Eviction(StrEnum):
    """Which notes go first when a namespace is over its cap: least by time, by strength, or by last recall."""

    OLDEST = "oldest"
    WEAKEST = "weakest"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class LinkPolicy:
    """Rule-made links: between notes that share rare names, and between mutual nearest notes above `tau`."""

    entity: bool = False
    semantic: bool = False
    tau: float = 0.7
    cap: int = 10


@dataclass(frozen=True, slots=True)
class AmemPolicy:
    """A-MEM: construction, links and evolution of each new note against its `neighbours` nearest."""

    work: Work = Work.OFF
    neighbours: int = 5
    evolutions_per_day: int = 5
    consolidate_every: int = 100


@dataclass(frozen=True, slots=True)
class ThoughtPolicy:
    """TiM: thoughts after each session's new rounds; `groups` is b of its one table, the rest finds candidates."""

    work: Work = Work.OFF
    groups: int = 16
    candidate_hashes: int = 2
    candidate_groups: int = 64
    candidate_tables: int = 16
    merge_tau: float = 0.95
    forget: bool = True
    merge: bool = True


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How long notes stay current. Nothing is erased: what goes is forgotten and can be restored.

    `ttl_days` per kind; `decay_weight` (0: off) and `half_life_days` only rerank; a note of a kind in
    `admit_after` is pending until it was seen so often; `max_notes`, `max_bytes` cap what is not forgotten.
    All times count from `ingest_time`, which no client sets.
    """

    ttl_days: Mapping[Kind, float] = field(default_factory=lambda: MappingProxyType({}))
    decay_weight: float = 0.0
    half_life_days: float | None = None
    admit_after: Mapping[Kind, int] = field(default_factory=lambda: MappingProxyType({}))
    max_notes: int | None = None
    max_bytes: int | None = None
    eviction: Eviction = Eviction.OLDEST

    @property
    def capped(self) -> bool:
        return self.max_notes is not None or self.max_bytes is not None

    @property
    def counts(self) -> bool:
        """Return whether sightings and recalls mean anything, and so are counted."""
        by_use = self.capped and self.eviction is not Eviction.OLDEST
        return bool(self.admit_after) or by_use or self.decay_weight > 0

    @property
    def sweeps(self) -> bool:
        """Return whether a sweep may find something to forget or to admit."""
        return bool(self.ttl_days or self.admit_after) or self.capped


class GuardLevel(StrEnum):
    """How the guard works: `default` is what the service is set to.

    Balanced lets trusted notes in at once and looks on in the background; strict holds every note back until it
    was looked at. Off stamps origins and normalises, and looks at nothing.
    """

    DEFAULT = "default"
    STRICT = "strict"
    BALANCED = "balanced"
    OFF = "off"


class Failing(StrEnum):
    """What becomes of a write when a detector is broken: it is stored and says so, or it is refused."""

    DEFAULT = "default"
    OPEN = "open"
    CLOSED = "closed"


class Probing(StrEnum):
    """Which notes are looked at in the background too, where it costs embeddings."""

    ALL = "all"
    UNTRUSTED = "untrusted"
    OFF = "off"


class Unlabelled(StrEnum):
    """Whom a question without origins comes from: the caller's own ceiling, or nobody who is trusted."""

    CALLER = "caller"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """What the guard does with new notes and recalls; None is the level's own value.

    `false_positive_rate` is the share of harmless notes that all hijack detectors together may quarantine; the
    three risks are those (hijack times influence times distrust) from which a note is limited, quarantined and
    blocked. `full_influence_from` is the least trusted origin whose notes may have full influence.
    `burst_per_minute` is how many notes a principal may store in a minute before the rest is limited.
    """

    level: GuardLevel = GuardLevel.DEFAULT
    false_positive_rate: float | None = None
    limit_risk: float | None = None
    quarantine_risk: float | None = None
    block_risk: float | None = None
    on_failure: Failing = Failing.DEFAULT
    probe: Probing = Probing.ALL
    unlabelled: Unlabelled = Unlabelled.CALLER
    full_influence_from: Origin = Origin.MODEL_INFERENCE
    burst_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Raises InvalidInput when a part is out of range or parts contradict one another."""

    links: LinkPolicy = LinkPolicy()
    amem: AmemPolicy = AmemPolicy()
    thoughts: ThoughtPolicy = ThoughtPolicy()
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    guard: GuardPolicy = GuardPolicy()

    def __post_init__(self) -> None:
        errors = [*_link_errors(self.links), *_amem_errors(self.amem), *_thought_errors(self.thoughts)]
        errors += [*_retention_errors(self.retention), *_guard_errors(self.guard)]
        if errors:
            raise InvalidInput("; ".join(f"{e.pointer} {e.message}" for e in errors), errors=errors)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    policy: Policy
    version: int
    at: datetime
    actor: str


def _link_errors(links: LinkPolicy) -> list[FieldError]:
    errors = []
    if not 0 < links.tau <= 1:
        errors.append(FieldError("/links/tau", "must be above 0 and at most 1"))
    if not 1 <= links.cap <= 100:
        errors.append(FieldError("/links/cap", "must be 1 to 100"))
    return errors


def _amem_errors(amem: AmemPolicy) -> list[FieldError]:
    errors = []
    if not 1 <= amem.neighbours <= 50:
        errors.append(FieldError("/amem/neighbours", "must be 1 to 50"))
    if not 0 <= amem.evolutions_per_day <= 1000:
        errors.append(FieldError("/amem/evolutions_per_day", "must be 0 to 1000"))
    if not 1 <= amem.consolidate_every <= 1_000_000:
        errors.append(FieldError("/amem/consolidate_every", "must be 1 to 1000000"))
    return errors


def _thought_errors(thoughts: ThoughtPolicy) -> list[FieldError]:
    errors = [
        FieldError(f"/thoughts/{name}", "must be an even number from 2 to 4096")
        for name, groups in (("groups", thoughts.groups), ("candidate_groups", thoughts.candidate_groups))
        if groups % 2 or not 2 <= groups <= 4096
    ]
    if not 1 <= thoughts.candidate_hashes <= 4:
        errors.append(FieldError("/thoughts/candidate_hashes", "must be 1 to 4"))
    if not 1 <= thoughts.candidate_tables <= 64:
        errors.append(FieldError("/thoughts/candidate_tables", "must be 1 to 64"))
    if not 0.5 <= thoughts.merge_tau <= 1:
        errors.append(FieldError("/thoughts/merge_tau", "must be 0.5 to 1"))
    return errors


def _guard_errors(guard: GuardPolicy) -> list[FieldError]:
    errors = []
    rate = guard.false_positive_rate
    if rate is not None and not 1e-4 <= rate <= 0.1:
        errors.append(FieldError("/guard/false_positive_rate", "must be 0.0001 to 0.1"))
    risks = (guard.limit_risk, guard.quarantine_risk, guard.block_risk)
    for name, risk in zip(("limit_risk", "quarantine_risk", "block_risk"), risks, strict=True):
        if risk is not None and not 0 < risk <= 1:
            errors.append(FieldError(f"/guard/{name}", "must be above 0 and at most 1"))
    given = [risk for risk in risks if risk is not None]
    if given != sorted(given):
        errors.append(
            FieldError("/guard/limit_risk", "must not be above quarantine_risk, nor that above block_risk")
        )
    if TRUST_OF_ORIGIN[guard.full_influence_from] < TRUST_OF_ORIGIN[Origin.MODEL_INFERENCE]:
        message = "must be model_inference or one that is trusted more: what comes from outside is evidence only"
        errors.append(FieldError("/guard/full_influence_from", message))
    if guard.burst_per_minute is not None and not 1 <= guard.burst_per_minute <= 1_000_000:
        errors.append(FieldError("/guard/burst_per_minute", "must be 1 to 1000000"))
    return errors


def _retention_errors(retention: RetentionPolicy) -> list[FieldError]:
    place = "/retention"
    errors = [
        FieldError(f"{place}/ttl_days/{kind}", f"must be a second to {_MOST_DAYS} days")
        for kind, days in retention.ttl_days.items()
        if not _LEAST_DAYS <= days <= _MOST_DAYS
    ]
    errors += [
        FieldError(f"{place}/admit_after/{kind}", "must be 1 to 1000")
        for kind, count in retention.admit_after.items()
        if not 1 <= count <= 1000
    ]
    if retention.admit_after.get(Kind.ROUND, 1) > 1:
        message = "must be 1: no round is seen twice, as its place in its session tells it from others"
        errors.append(FieldError(f"{place}/admit_after/round", message))
    return [*errors, *_decay_errors(retention, place), *_cap_errors(retention, place)]


def _decay_errors(retention: RetentionPolicy, place: str) -> list[FieldError]:
    errors = []
    if not 0 <= retention.decay_weight <= 1:
        errors.append(FieldError(f"{place}/decay_weight", "must be 0 to 1"))
    if retention.half_life_days is not None and not _LEAST_DAYS <= retention.half_life_days <= _MOST_DAYS:
        errors.append(FieldError(f"{place}/half_life_days", f"must be a second to {_MOST_DAYS} days"))
    if retention.decay_weight > 0 and retention.half_life_days is None:
        errors.append(FieldError(f"{place}/half_life_days", "must be given with a decay_weight above 0"))
    if retention.decay_weight == 0 and retention.half_life_days is not None:
        errors.append(FieldError(f"{place}/decay_weight", "must be above 0 with half_life_days, which it weighs"))
    return errors


def _cap_errors(retention: RetentionPolicy, place: str) -> list[FieldError]:
    errors = [
        FieldError(f"{place}/{name}", f"must be 1 to {_MOST_HELD}")
        for name, cap in (("max_notes", retention.max_notes), ("max_bytes", retention.max_bytes))
        if cap is not None and not 1 <= cap <= _MOST_HELD
    ]
    if retention.eviction is not Eviction.OLDEST and not retention.capped:
        errors.append(FieldError(f"{place}/eviction", "must be left out without max_notes or max_bytes"))
    return errors
