"""Policies of a namespace, and what a sweep does by them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, Field, field_validator

from memsvc.wire.base import Request, Response
from memsvc.wire.words import Kind, Origin

__all__ = [
    "AmemPolicy",
    "GuardPolicy",
    "LinkPolicy",
    "Policy",
    "PolicyHistory",
    "PolicyVersion",
    "RetentionPolicy",
    "RetentionReport",
    "RetentionRequest",
    "RetentionStep",
    "ThoughtPolicy",
]

Work: TypeAlias = Literal["off", "rules", "llm"]


class LinkPolicy(Request):
    """Links made by rules: between notes that share rare names, and between mutual nearest notes above `tau`."""

    entity: bool = False
    semantic: bool = False
    tau: float = 0.7
    cap: int = Field(10, description="How many semantic links a note gets at most.")


class AmemPolicy(Request):
    """A-MEM: attributes, links and evolution of each new note against its nearest ones."""

    work: Work = "off"
    neighbours: int = 5
    evolutions_per_day: int = Field(5, description="How often a note may evolve in a day.")
    consolidate_every: int = Field(100, description="After how many evolutions links are topped up.")


class ThoughtPolicy(Request):
    """TiM: thoughts drawn from rounds, hashed, merged and forgotten."""

    work: Work = "off"
    groups: int = Field(16, description="b of the paper's one table: an even number of buckets.")
    candidate_hashes: int = 2
    candidate_groups: int = 64
    candidate_tables: int = 16
    merge_tau: float = 0.95
    forget: bool = True
    merge: bool = True


class RetentionPolicy(Request):
    """How long notes are kept, by the time of storing. Nothing is erased: what goes is forgotten."""

    ttl_days: dict[Kind, float] = Field(default_factory=dict, description="Days by kind; other kinds stay.")
    decay_weight: float = Field(0.0, description="What a wholly faded note loses of its score; 0 is off.")
    half_life_days: float | None = Field(None, description="After so many days a note seen once is half faded.")
    admit_after: dict[Kind, int] = Field(
        default_factory=dict, description="Notes of a kind are pending until they were told so often."
    )
    max_notes: int | None = None
    max_bytes: int | None = Field(None, description="Cap on the sum of the contents in UTF-8.")
    eviction: Literal["oldest", "weakest", "unused"] = "oldest"


class GuardPolicy(Request):
    """What the guard does with new notes and recalls; null is the level's own value (docs/security.md)."""

    level: Literal["default", "strict", "balanced", "off"] = Field(
        "default", description="Default is what the service is set to (MEMSVC_GUARD__LEVEL)."
    )
    false_positive_rate: float | None = Field(
        None, description="Share of harmless notes that the hijack detectors together may quarantine."
    )
    limit_risk: float | None = Field(None, description="From this risk on a note is limited.")
    quarantine_risk: float | None = Field(None, description="From this risk on it is hidden until reviewed.")
    block_risk: float | None = Field(None, description="From this risk on it is not stored.")
    on_failure: Literal["default", "open", "closed"] = Field(
        "default", description="With a broken detector, store and say so, or refuse."
    )
    probe: Literal["all", "untrusted", "off"] = Field("all", description="Which notes are probed by jobs.")
    unlabelled: Literal["caller", "untrusted"] = Field(
        "caller", description="Whom a question without spans comes from."
    )
    full_influence_from: Origin = Field(
        "model_inference", description="The least trusted origin whose notes may have full influence."
    )
    burst_per_minute: int | None = Field(
        None, description="How many notes a principal may store in a minute before the rest is limited."
    )


class Policy(Request):
    """What is done with the notes of a namespace beyond storing them; work that is left out is off."""

    links: LinkPolicy = LinkPolicy()
    amem: AmemPolicy = AmemPolicy()
    thoughts: ThoughtPolicy = ThoughtPolicy()
    retention: RetentionPolicy = RetentionPolicy()
    guard: GuardPolicy = GuardPolicy()


class PolicyVersion(Response):
    """A policy as it was put; version 0, without time and actor, when none ever was."""

    version: int
    policy: Policy
    at: datetime | None = None
    actor: str | None = None

    @field_validator("policy", mode="before")
    @classmethod
    def _known(cls, value: object) -> object:
        """Ignore members that a newer server knows: only what is sent must be spelt right."""
        return _without_unknown(Policy, value)


class PolicyHistory(Response):
    """Every version, oldest first."""

    items: tuple[PolicyVersion, ...]


class RetentionRequest(Request):
    dry_run: bool = False


class RetentionStep(Response):
    """What becomes of a note; `reason` is kept in its history."""

    note: str
    action: Literal["forget", "admit"]
    reason: str


class RetentionReport(Response):
    """What a sweep did, or would do, in order; with `more` another one finds more to do."""

    dry_run: bool
    steps: tuple[RetentionStep, ...]
    more: bool = False


def _without_unknown(model: type[BaseModel], value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    known = {name: item for name, item in value.items() if name in model.model_fields}
    parts = {name: model.model_fields[name].annotation for name in known}
    return {
        name: _without_unknown(part, known[name])
        if isinstance(part, type) and issubclass(part, Request)
        else known[name]
        for name, part in parts.items()
    }
