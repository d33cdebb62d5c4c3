"""Which namespaces there are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import bindparam, select

from memsvc.domain.ids import NamespaceName, TenantId
from memsvc.domain.scope import Scope
from memsvc.domain.time import from_microseconds
from memsvc.ports.embedding import Model
from memsvc.ports.storage import NamespaceInfo
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import namespaces

__all__ = ["SqlDirectory"]

_PAGE = (
    select(
        namespaces.c.name,
        namespaces.c.model_id,
        namespaces.c.dimension,
        namespaces.c.max_tokens,
        namespaces.c.documents,
        namespaces.c.created_at,
    )
    .where(namespaces.c.tenant == bindparam("of_tenant"), namespaces.c.name > bindparam("after"))
    .order_by(namespaces.c.name)
    .limit(bindparam("count"))
)
_SCOPES = select(namespaces.c.tenant, namespaces.c.name).order_by(namespaces.c.tenant, namespaces.c.name)


class SqlDirectory:
    """Each method is a transaction of its own."""

    def __init__(self, read: Callable[[], AbstractContextManager[Executor]]) -> None:
        self._read = read

    def namespaces(self, tenant: TenantId, *, after: str, limit: int) -> list[NamespaceInfo]:
        with self._read() as executor:
            found = executor.all(_PAGE, of_tenant=tenant, after=after, count=limit)
        return [
            NamespaceInfo(NamespaceName(name), Model(model, dimension, tokens), documents, from_microseconds(at))
            for name, model, dimension, tokens, documents, at in found
        ]

    def scopes(self) -> list[Scope]:
        with self._read() as executor:
            return [Scope.of(tenant, name) for tenant, name in executor.all(_SCOPES)]
