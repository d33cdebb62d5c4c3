"""Responses kept under idempotency keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.scope import Scope
from memsvc.domain.time import to_microseconds
from memsvc_stores.sql import llm_answers
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import idempotency

__all__ = ["forget", "prune", "save"]

_INSERT = insert(idempotency)
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=[idempotency.c.tenant, idempotency.c.key],
    set_={name: _INSERT.excluded[name] for name in ("namespace", "request_hash", "response", "at")},
)
_FORGET = delete(idempotency).where(
    idempotency.c.tenant == bindparam("tenant"), idempotency.c.namespace == bindparam("namespace")
)

_PRUNE = delete(idempotency).where(idempotency.c.at < bindparam("before"))


def save(executor: Executor, scope: Scope, *, key: str, request_hash: str, response: bytes, at: datetime) -> None:
    executor.run(
        _SAVE,
        tenant=scope.tenant,
        key=key,
        namespace=scope.namespace,
        request_hash=request_hash,
        response=response,
        at=to_microseconds(at),
    )


def forget(executor: Executor, scope: Scope) -> None:
    """Delete the kept responses of the namespace, and what language models answered in it."""
    executor.run(_FORGET, tenant=scope.tenant, namespace=scope.namespace)
    llm_answers.forget(executor, scope)


def prune(executor: Executor, before: datetime) -> int:
    """Delete the responses of all tenants that were kept before; return how many."""
    return executor.run(_PRUNE, before=to_microseconds(before))
