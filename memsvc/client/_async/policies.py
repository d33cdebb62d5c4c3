"""Methods for the policy of a namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memsvc.client import _policies as calls
from memsvc.client._async.core import Core
from memsvc.wire import Policy, PolicyVersion, RetentionReport

__all__ = ["Policies"]


class Policies(Core):
    """Read and set what is done with notes beyond storing them, and do it."""

    async def policy(self) -> PolicyVersion:
        """Return the policy in force; version 0 means that none was ever set."""
        return await self._do(calls.policy(self.namespace))

    async def set_policy(self, policy: Policy | Mapping[str, Any], *, version: int | None = None) -> PolicyVersion:
        """Put a whole policy in force; work that is left out is off.

        Raises InvalidInput when it contradicts itself, and PreconditionFailed when `version` is not in force.
        """
        return await self._do(calls.set_policy(self.namespace, policy, version))

    async def policy_history(self) -> tuple[PolicyVersion, ...]:
        """Return every version of the policy, oldest first."""
        return await self._do(calls.policy_history(self.namespace))

    async def sweep(self, *, dry_run: bool = False) -> RetentionReport:
        """Forget and admit notes by the policy, at most 10,000; with `dry_run` only say which."""
        return await self._do(calls.sweep(self.namespace, dry_run=dry_run))
