"""The policies of a namespace: every version stays, the newest is in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, insert, select

from memsvc.domain.policies import Policy, PolicyVersion
from memsvc.domain.policy_json import policy_from_json, policy_to_json
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc.errors import PreconditionFailed, ServerFault
from memsvc_stores.sql.derived_tables import policies
from memsvc_stores.sql.executor import Executor

__all__ = ["SqlPolicies", "SqlReadPolicies"]

_VERSIONS = (
    select(policies.c.version, policies.c.at, policies.c.actor, policies.c.policy)
    .where(policies.c.namespace_id == bindparam("namespace"))
    .order_by(policies.c.version)
)
_CURRENT = _VERSIONS.order_by(None).order_by(policies.c.version.desc()).limit(1)
_INSERT = insert(policies).inline()


class SqlReadPolicies:
    """Without a namespace there are none."""

    def __init__(self, executor: Executor, namespace: int | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def current(self) -> PolicyVersion | None:
        found = self._all(_CURRENT)
        return _version(found[0]) if found else None

    def history(self) -> list[PolicyVersion]:
        return [_version(row) for row in self._all(_VERSIONS)]

    def _all(self, statement: Any) -> Sequence[Any]:
        return [] if self._namespace is None else self._executor.all(statement, namespace=self._namespace)


class SqlPolicies(SqlReadPolicies):
    def put(self, policy: Policy, *, expected_version: int | None, at: datetime, actor: str) -> PolicyVersion:
        if self._namespace is None:
            raise ServerFault("the namespace must be opened before a policy is put")
        before = self.current()
        version = 0 if before is None else before.version
        if expected_version not in (None, version):
            raise PreconditionFailed(f"the policy has version {version}, not {expected_version}; read it again")
        self._executor.run(
            _INSERT,
            namespace_id=self._namespace,
            version=version + 1,
            at=to_microseconds(at),
            actor=actor,
            policy=self._executor.backend.metadata(policy_to_json(policy)),
        )
        return PolicyVersion(policy, version + 1, at, actor)


def _version(row: Sequence[Any]) -> PolicyVersion:
    version, at, actor, text = row
    return PolicyVersion(_policy(text), version, from_microseconds(at), actor)


@lru_cache(maxsize=1024)
def _policy(text: str) -> Policy:
    """Decode a policy; kept, because each write and recall asks for it, and it says nothing of any note."""
    return policy_from_json(json.loads(text))
