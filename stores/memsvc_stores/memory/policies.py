"""The policies of a namespace in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from memsvc.domain.policies import Policy, PolicyVersion
from memsvc.errors import PreconditionFailed
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryPolicies", "MemoryReadPolicies"]


class MemoryReadPolicies:
    """Without a namespace there are none."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def current(self) -> PolicyVersion | None:
        history = self.history()
        return history[-1] if history else None

    def history(self) -> list[PolicyVersion]:
        return [] if self._data is None else list(self._data.policies)


class MemoryPolicies(MemoryReadPolicies):
    def __init__(self, data: NamespaceData | None, opened: Callable[[], NamespaceData]) -> None:
        super().__init__(data)
        self._opened = opened

    def put(self, policy: Policy, *, expected_version: int | None, at: datetime, actor: str) -> PolicyVersion:
        data = self._opened()
        if expected_version not in (None, version := len(data.policies)):
            raise PreconditionFailed(f"the policy has version {version}, not {expected_version}; read it again")
        data.policies.append(PolicyVersion(policy, version + 1, at, actor))
        return data.policies[-1]
