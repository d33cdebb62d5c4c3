"""API keys at rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from memsvc.domain.access import AccessScope, ApiKey
from memsvc.domain.ids import TenantId
from memsvc.domain.notes import Origin
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc.errors import Conflict
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import micros, moment
from memsvc_stores.sql.tables import api_keys

__all__ = ["SqlApiKeys"]

_INSERT = insert(api_keys).inline()
_ALL = select(api_keys)
_FIND = _ALL.where(api_keys.c.id == bindparam("key"))
_LIST = _ALL.where(
    func.coalesce(bindparam("of_tenant", type_=api_keys.c.tenant.type), api_keys.c.tenant) == api_keys.c.tenant
).order_by(api_keys.c.created_at, api_keys.c.id)
_REVOKE = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"), api_keys.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


class SqlApiKeys:
    """Each method is a transaction of its own."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[Executor]],
        write: Callable[[], AbstractContextManager[Executor]],
    ) -> None:
        self._read = read
        self._write = write

    def add(self, key: ApiKey) -> None:
        with self._write() as executor:
            try:
                executor.run(
                    _INSERT,
                    id=key.id,
                    tenant=key.tenant,
                    name=key.name,
                    secret_hash=key.secret_hash,
                    scopes=" ".join(sorted(key.scopes)),
                    created_at=to_microseconds(key.created_at),
                    revoked_at=micros(key.revoked_at),
                    ceiling=key.ceiling.value,
                )
            except IntegrityError:
                raise Conflict(f"an API key {key.id} exists already") from None

    def find(self, key_id: str) -> ApiKey | None:
        with self._read() as executor:
            found = executor.one(_FIND, key=key_id)
        return None if found is None else _key_of(found)

    def list(self, tenant: TenantId | None) -> list[ApiKey]:
        with self._read() as executor:
            return [_key_of(r) for r in executor.all(_LIST, of_tenant=tenant)]

    def revoke(self, key_id: str, at: datetime) -> bool:
        with self._write() as executor:
            return executor.run(_REVOKE, key=key_id, at=to_microseconds(at)) > 0


def _key_of(r: Any) -> ApiKey:
    key_id, tenant, name, secret_hash, scopes, created_at, revoked_at, ceiling = r
    return ApiKey(
        id=key_id,
        tenant=TenantId(tenant),
        name=name,
        secret_hash=secret_hash,
        scopes=frozenset(AccessScope(scope) for scope in scopes.split()),
        created_at=from_microseconds(created_at),
        revoked_at=moment(revoked_at),
        ceiling=Origin(ceiling),
    )
