"""Which hash tables a policy asks for, and having them made."""

from __future__ import annotations

from datetime import datetime

from memsvc.domain.jobs import REHASH, NewJob
from memsvc.domain.policies import Policy
from memsvc.memory.look_up import existing_namespace
from memsvc.ports.embedding import Model
from memsvc.ports.hashing import Epoch, LshParameters, Purpose
from memsvc.ports.storage import Writer

__all__ = ["fits", "lsh_parameters", "queue_rehash", "rehash_job"]


def lsh_parameters(purpose: Purpose, policy: Policy, model: Model) -> LshParameters:
    """Return the parameters of the tables; raises InvalidInput when the model's projections would be too large."""
    thoughts = policy.thoughts
    if purpose is Purpose.RECALL:
        return LshParameters(model.dimension, thoughts.groups)
    return LshParameters(
        model.dimension, thoughts.candidate_groups, thoughts.candidate_hashes, thoughts.candidate_tables
    )


def fits(epoch: Epoch, wanted: LshParameters, model: Model) -> bool:
    """Return whether an epoch is what is asked for."""
    return (epoch.parameters, epoch.model_id) == (wanted, model.id)


def rehash_job() -> NewJob:
    """Bring the hash tables to what the policy asks for (`hashing.rehash`)."""
    return NewJob(REHASH, dedupe=REHASH)


def queue_rehash(writer: Writer, policy: Policy, *, now: datetime) -> None:
    """Have the tables made anew if the policy asks for others than those in force.

    Raises InvalidInput when the policy's tables cannot be made for the namespace's model.
    """
    model = existing_namespace(writer).model
    wanted = {purpose: lsh_parameters(purpose, policy, model) for purpose in Purpose}
    in_force = {purpose: writer.buckets.epoch(purpose) for purpose in Purpose}
    if any(epoch is not None and not fits(epoch, wanted[purpose], model) for purpose, epoch in in_force.items()):
        writer.enqueue(rehash_job(), at=now)
