"""Hubs: notes that lie near many plain questions; the victim's query has no trigger."""

from __future__ import annotations

from collections.abc import Iterator

from memsvc_evals.redteam.families.attack import SIZES, Attack, Embedding, Group, whole
from memsvc_evals.redteam.families.world import World, shuffled
from memsvc_evals.redteam.payloads.facts import FACTS
from memsvc_evals.redteam.payloads.kinds import PayloadKind

__all__ = ["hubs"]


def hubs(world: World) -> Iterator[Attack]:
    """Yield notes that share an optimised prefix for one cluster of the learning questions."""
    prefix = world.trigger("hub")
    lies = shuffled(FACTS, world.rng("hubs"))
    yield Attack(
        family="hubs",
        group=Group.OPTIMISED,
        seed=world.seed,
        embedding=Embedding.FULL,
        payload=PayloadKind.FACTUAL,
        poison=tuple(whole(f"{prefix} {next(lies).format(s='it')}") for _ in range(SIZES[-1])),
        victims=world.splits.victim,
    )
