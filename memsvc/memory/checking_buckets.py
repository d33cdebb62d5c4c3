"""The hash tables compared with the thoughts that should be in them."""

from __future__ import annotations

from collections.abc import Iterator

from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.hash_tables import lsh_parameters
from memsvc.memory.hashing import THOUGHTS, hashable
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.policy import policy_of
from memsvc.ports.embedding import Matrix, Model
from memsvc.ports.hashing import Epoch, Purpose
from memsvc.ports.ranking import IndexProblem
from memsvc.ports.storage import Reader

__all__ = ["verify_buckets"]

_PAGE = 500


def verify_buckets(context: Context, scope: Scope) -> list[IndexProblem]:
    """Check that every thought with a vector is in one bucket of each table, by its hash; raises NotFound."""
    with context.storage.reader(scope) as reader:
        model = existing_namespace(reader).model
        return [problem for purpose in Purpose for problem in _problems(context, reader, model, purpose)]


def _pages(reader: Reader, model: Model) -> Iterator[tuple[list[int], Matrix]]:
    """Yield the rows and vectors of thoughts that have vectors."""
    after = 0
    while page := reader.page(THOUGHTS, after_row=after, limit=_PAGE):
        yield hashable(reader, model, page)
        after = page[-1].row


def _problems(context: Context, reader: Reader, model: Model, purpose: Purpose) -> Iterator[IndexProblem]:
    epoch = reader.buckets.epoch(purpose)
    if epoch is None:
        unhashed = sum(len(rows) for rows, _ in _pages(reader, model))
        if unhashed:
            yield IndexProblem("missing", f"{unhashed} thoughts are in no hash tables for {purpose}")
        return
    if epoch.model_id != model.id:
        yield IndexProblem("stale", f"the hash tables for {purpose} are of vectors of {epoch.model_id}")
        return
    if epoch.parameters != lsh_parameters(purpose, policy_of(reader), model):
        yield IndexProblem("stale", f"the hash tables for {purpose} are not those that the policy asks for")
    missing, different = _compared(context, reader, epoch, model)
    if missing:
        yield IndexProblem("missing", f"{missing} thoughts are in no bucket for {purpose}")
    if different:
        yield IndexProblem("different", f"{different} thoughts are in other buckets for {purpose} than their own")


def _compared(context: Context, reader: Reader, epoch: Epoch, model: Model) -> tuple[int, int]:
    """Return how many thoughts are in no bucket, and how many in wrong ones."""
    missing = different = 0
    for rows, vectors in _pages(reader, model):
        found = reader.buckets.codes(epoch, rows)
        own = dict(zip(rows, map(tuple, context.hashing.codes(epoch, vectors).tolist()), strict=True))
        missing += len(own.keys() - found.keys())
        different += sum(found[row] != codes for row, codes in own.items() if row in found)
    return missing, different
