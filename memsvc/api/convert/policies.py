"""Policies between the wire and the domain."""

from __future__ import annotations

from memsvc import wire
from memsvc.domain.policies import Policy, PolicyVersion
from memsvc.domain.policy_json import policy_from_json, policy_to_json
from memsvc.memory.retention import SweepResult

__all__ = ["inbound_policy", "outbound_policy", "policy_line", "policy_record", "retention_report"]


def inbound_policy(sent: wire.Policy) -> Policy:
    """Return the policy; raises InvalidInput with a pointer to each member that is out of range or contradicts."""
    return policy_from_json(sent.model_dump())


def outbound_policy(source: PolicyVersion | None) -> wire.PolicyVersion:
    """Return a version; that of a namespace without a policy is 0, and everything is off."""
    if source is None:
        return wire.PolicyVersion(version=0, policy=wire.Policy())
    return wire.PolicyVersion(
        version=source.version,
        policy=wire.Policy.model_validate(policy_to_json(source.policy)),
        at=source.at,
        actor=source.actor,
    )


def policy_line(source: PolicyVersion) -> wire.PolicyRecord:
    policy = wire.Policy.model_validate(policy_to_json(source.policy))
    return wire.PolicyRecord(version=source.version, at=source.at, actor=source.actor, policy=policy)


def policy_record(line: wire.PolicyRecord) -> PolicyVersion:
    """Return the version; raises InvalidInput as `inbound_policy` does."""
    return PolicyVersion(inbound_policy(line.policy), line.version, line.at, line.actor)


def retention_report(result: SweepResult) -> wire.RetentionReport:
    steps = (
        wire.RetentionStep(note=step.note, action=step.action.value, reason=step.reason) for step in result.planned
    )
    return wire.RetentionReport(dry_run=result.dry_run, steps=tuple(steps), more=result.more)
