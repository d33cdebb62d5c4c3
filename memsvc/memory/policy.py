"""The policy of a namespace: what is done with its notes beyond storing them."""

from __future__ import annotations

from datetime import datetime

from memsvc.domain.guarding import AuditEvent
from memsvc.domain.policies import Policy, PolicyVersion
from memsvc.domain.policy_json import policy_to_json
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict
from memsvc.memory.context import Context
from memsvc.memory.hash_tables import queue_rehash
from memsvc.ports.storage import Reader, Writer

__all__ = ["get_policy", "import_policy", "policy_history", "policy_of", "set_policy"]

_NOTHING = Policy()


def policy_of(reader: Reader) -> Policy:
    """Return the policy in force; one that was never put does nothing."""
    current = reader.policies.current()
    return _NOTHING if current is None else current.policy


def get_policy(context: Context, scope: Scope) -> PolicyVersion | None:
    """Return the policy in force, or None when none was ever put."""
    with context.storage.reader(scope) as reader:
        return reader.policies.current()


def policy_history(context: Context, scope: Scope) -> list[PolicyVersion]:
    """Return every version that was put, oldest first."""
    with context.storage.reader(scope) as reader:
        return reader.policies.history()


def set_policy(
    context: Context, scope: Scope, policy: Policy, *, actor: Actor, expected_version: int | None
) -> PolicyVersion:
    """Put a policy in force, creating the namespace if needed; the one in force already counts no version.

    It concerns what is remembered from now on, and what the next sweep finds. Raises PreconditionFailed when
    another version is in force than expected (0: none).
    """
    now = context.clock()
    with context.storage.writer(scope) as writer:
        writer.open_namespace(context.embedder.model, now)
        current = writer.policies.current()
        if current is not None and current.policy == policy and expected_version in (None, current.version):
            return current
        queue_rehash(writer, policy, now=now)
        put = writer.policies.put(policy, expected_version=expected_version, at=now, actor=actor.name)
        _note_in_audit(writer, put, before=current, now=now, actor=actor.name)
        return put


def import_policy(context: Context, scope: Scope, exported: PolicyVersion, *, actor: Actor) -> bool:
    """Put an exported version, with its time and actor, if it is the next one; False when that number is taken.

    A file can name anybody: in the audit log it is `actor` who has put it. Raises Conflict when an earlier version
    is missing.
    """
    now = context.clock()
    with context.storage.writer(scope) as writer:
        writer.open_namespace(context.embedder.model, now)
        current = writer.policies.current()
        before = 0 if current is None else current.version
        if exported.version <= before:
            return False
        if exported.version > before + 1:
            raise Conflict(f"version {exported.version} of the policy comes after {before + 1}; import that first")
        queue_rehash(writer, exported.policy, now=now)
        put = writer.policies.put(exported.policy, expected_version=before, at=exported.at, actor=exported.actor)
        _note_in_audit(writer, put, before=current, now=now, actor=actor.name)
    return True


def _note_in_audit(
    writer: Writer, put: PolicyVersion, *, before: PolicyVersion | None, now: datetime, actor: str
) -> None:
    """Add an entry to the audit log when what the guard does has changed."""
    known = _NOTHING.guard if before is None else before.policy.guard
    if put.policy.guard != known:
        detail = {"version": put.version, "guard": policy_to_json(put.policy)["guard"]}
        writer.guard.append(AuditEvent.POLICY, note=None, detail=detail, at=now, actor=actor)
