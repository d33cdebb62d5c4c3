"""What jobs and operators do for the vector indexes."""

from __future__ import annotations

from memsvc.domain.scope import Scope
from memsvc.memory.checking_buckets import verify_buckets
from memsvc.memory.context import Context
from memsvc.memory.hashing import rehash
from memsvc.memory.look_up import existing_namespace
from memsvc.ports.ranking import IndexProblem, IndexStats

__all__ = ["compact_index", "index_stats", "rebuild_index", "save_index", "verify_index"]


def save_index(context: Context, scope: Scope) -> None:
    """Make the namespace's index durable; nothing to do when the namespace is gone."""
    with context.storage.reader(scope) as reader:
        if reader.state is not None:
            context.index.save(reader, reader.state)


def verify_index(context: Context, scope: Scope) -> list[IndexProblem]:
    """Compare the namespace's index and hash tables with SQL's notes; raises NotFound."""
    with context.storage.reader(scope) as reader:
        problems = context.index.verify(reader, existing_namespace(reader))
    return problems + verify_buckets(context, scope)


def rebuild_index(context: Context, scope: Scope) -> None:
    """Build the namespace's index anew from SQL, and put its thoughts into hash tables; raises NotFound."""
    with context.storage.reader(scope) as reader:
        context.index.rebuild(reader, existing_namespace(reader))
    rehash(context, scope)


def compact_index(context: Context, scope: Scope) -> None:
    """Save the namespace's index and give back what it has no use for; raises NotFound."""
    with context.storage.reader(scope) as reader:
        context.index.compact(reader, existing_namespace(reader))


def index_stats(context: Context, scope: Scope) -> IndexStats:
    """Say in which form the namespace's index is and what it takes; raises NotFound."""
    with context.storage.reader(scope) as reader:
        return context.index.stats(reader, existing_namespace(reader))
