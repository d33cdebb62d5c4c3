"""Answers of language models, kept under the hash of their prompt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.changes import Operation
from memsvc.domain.scope import Scope
from memsvc.domain.time import to_microseconds
from memsvc.ports.usage import KeptAnswer
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.llm_tables import llm_answers as answers
from memsvc_stores.sql.namespace import read_namespace
from memsvc_stores.sql.tables import journal

__all__ = ["forget", "keep", "prune", "read"]

_OWN = (answers.c.tenant == bindparam("of_tenant"), answers.c.namespace == bindparam("of_namespace"))
_READ = select(answers.c.answer).where(*_OWN, answers.c.prompt_hash == bindparam("hashed"))
_KEEP = insert(answers).on_conflict_do_nothing().inline()
_FORGET = delete(answers).where(*_OWN)
_PRUNE = delete(answers).where(answers.c.at < bindparam("before"))
_PURGED_SINCE = (
    select(journal.c.sequence)
    .where(
        journal.c.namespace_id == bindparam("namespace"),
        journal.c.sequence > bindparam("since"),
        journal.c.operation == Operation.PURGED.value,
    )
    .limit(1)
)


def read(executor: Executor, scope: Scope, prompt_hash: str) -> str | None:
    found = executor.one(_READ, of_tenant=scope.tenant, of_namespace=scope.namespace, hashed=prompt_hash)
    return None if found is None else str(found[0])


def keep(executor: Executor, scope: Scope, kept: KeptAnswer, *, at: datetime) -> None:
    """Keep an answer, unless a purge since its mark may have been meant to erase what it says."""
    namespace = read_namespace(executor, scope, lock=True)
    if namespace is None or namespace.row != kept.since.namespace_row:
        return
    if executor.one(_PURGED_SINCE, namespace=namespace.row, since=kept.since.sequence) is not None:
        return
    executor.run(
        _KEEP,
        tenant=scope.tenant,
        namespace=scope.namespace,
        prompt_hash=kept.prompt_hash,
        at=to_microseconds(at),
        answer=kept.answer,
    )


def forget(executor: Executor, scope: Scope) -> None:
    """Delete the answers of the namespace."""
    executor.run(_FORGET, of_tenant=scope.tenant, of_namespace=scope.namespace)


def prune(executor: Executor, before: datetime) -> int:
    """Delete the answers of all tenants that were kept before; return how many."""
    return executor.run(_PRUNE, before=to_microseconds(before))
