"""The row of a namespace."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.scope import Scope
from memsvc.ports.embedding import Model
from memsvc.ports.ranking import NamespaceState
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import namespaces

__all__ = ["Namespace", "create_namespace", "read_namespace", "write_counts"]

_READ = select(
    namespaces.c.id,
    namespaces.c.last_sequence,
    namespaces.c.model_id,
    namespaces.c.dimension,
    namespaces.c.max_tokens,
    namespaces.c.documents,
    namespaces.c.user_words,
    namespaces.c.other_words,
).where(namespaces.c.tenant == bindparam("tenant"), namespaces.c.name == bindparam("name"))
_READ_LOCKED = _READ.with_for_update()
_CREATE = (
    insert(namespaces)
    .values({column.name: bindparam(column.name) for column in namespaces.c if column.name != "id"})
    .on_conflict_do_nothing()
    .inline()
)
_WRITE_COUNTS = (
    update(namespaces)
    .where(namespaces.c.id == bindparam("namespace"))
    .values(
        last_sequence=bindparam("last_sequence"),
        documents=bindparam("documents"),
        user_words=bindparam("user_words"),
        other_words=bindparam("other_words"),
    )
)


@dataclass(slots=True)
class Namespace:
    """What one transaction knows of a namespace; a writer counts here and writes it back when it commits.

    The counts are of all notes that are not purged.
    """

    row: int
    last_sequence: int
    model: Model
    documents: int
    user_words: int
    other_words: int
    changed: bool = False

    @property
    def state(self) -> NamespaceState:
        return NamespaceState(self.row, self.last_sequence, self.model)

    def count(self, documents: int, *, user_words: int, other_words: int) -> None:
        """Add to the counts."""
        self.documents += documents
        self.user_words += user_words
        self.other_words += other_words
        self.changed = True


def read_namespace(executor: Executor, scope: Scope, *, lock: bool) -> Namespace | None:
    """Return the namespace of a scope, locked against other writers if asked."""
    found = executor.one(_READ_LOCKED if lock else _READ, tenant=scope.tenant, name=scope.namespace)
    if found is None:
        return None
    row, sequence, model_id, dimension, max_tokens, *counts = found
    return Namespace(row, sequence, Model(model_id, dimension, max_tokens), *counts)


def create_namespace(executor: Executor, scope: Scope, *, model: Model, at: int) -> Namespace:
    """Make the namespace, or return the one that another writer made meanwhile."""
    executor.run(
        _CREATE,
        tenant=scope.tenant,
        name=scope.namespace,
        model_id=model.id,
        dimension=model.dimension,
        max_tokens=model.max_tokens,
        created_at=at,
        last_sequence=0,
        documents=0,
        user_words=0,
        other_words=0,
    )
    created = read_namespace(executor, scope, lock=True)
    assert created is not None
    return created


def write_counts(executor: Executor, namespace: Namespace) -> None:
    executor.run(
        _WRITE_COUNTS,
        namespace=namespace.row,
        last_sequence=namespace.last_sequence,
        documents=namespace.documents,
        user_words=namespace.user_words,
        other_words=namespace.other_words,
    )
    namespace.changed = False
