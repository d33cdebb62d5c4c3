"""A policy that is imported says who had put it; the audit log says who has brought it."""

from __future__ import annotations

from datetime import UTC, datetime

from memsvc.domain.policies import GuardLevel, GuardPolicy, Policy, PolicyVersion
from memsvc.domain.receipts import Actor
from tests.memory.conftest import SCOPE, World

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_audit_log_names_who_imported_a_policy_and_not_whom_the_file_names(world: World) -> None:
    off = Policy(guard=GuardPolicy(level=GuardLevel.OFF))
    world.service.import_policy(SCOPE, PolicyVersion(off, 1, LONG_AGO, "key:admin"), actor=Actor("key:importer"))
    assert [each.actor for each in world.service.policy_history(SCOPE)] == ["key:admin"]
    assert [each.actor for each in world.service.audit(SCOPE, after=0, limit=9)] == ["key:importer"]
