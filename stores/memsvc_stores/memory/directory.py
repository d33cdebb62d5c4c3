"""Which namespaces a MemoryStorage has."""

from __future__ import annotations

from collections.abc import Callable

from memsvc.domain.ids import TenantId
from memsvc.domain.scope import Scope
from memsvc.ports.storage import NamespaceInfo
from memsvc_stores.memory.state import World

__all__ = ["MemoryDirectory"]


class MemoryDirectory:
    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world

    def namespaces(self, tenant: TenantId, *, after: str, limit: int) -> list[NamespaceInfo]:
        found = [
            NamespaceInfo(scope.namespace, data.model, len(data.notes), data.created_at)
            for scope, data in self._world().namespaces.items()
            if scope.tenant == tenant and scope.namespace > after
        ]
        return sorted(found, key=lambda info: info.name)[:limit]

    def scopes(self) -> list[Scope]:
        return sorted(self._world().namespaces, key=lambda scope: (scope.tenant, scope.namespace))
