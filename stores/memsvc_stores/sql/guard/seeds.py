"""The secret of a namespace that canaries of the transplant probe are drawn by."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import guard_seeds

__all__ = ["insert_seed", "read_seed"]

_GET = select(guard_seeds.c.seed).where(guard_seeds.c.namespace_id == bindparam("namespace"))
_PUT = insert(guard_seeds).on_conflict_do_nothing().inline()


def read_seed(executor: Executor, namespace: int) -> bytes | None:
    """Return the seed; None when there is none yet."""
    found = executor.one(_GET, namespace=namespace)
    return None if found is None else bytes(found[0])


def insert_seed(executor: Executor, namespace: int, seed: bytes) -> None:
    """Keep a seed if there is none."""
    executor.run(_PUT, namespace_id=namespace, seed=seed)
