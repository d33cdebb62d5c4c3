"""All families by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from memsvc.errors import InvalidInput
from memsvc_evals.redteam.families.agentpoison import given, optimised, published
from memsvc_evals.redteam.families.attack import Attack
from memsvc_evals.redteam.families.hubs import hubs
from memsvc_evals.redteam.families.instructions import instructions
from memsvc_evals.redteam.families.invisible import invisible
from memsvc_evals.redteam.families.many_hands import laundering, sybils
from memsvc_evals.redteam.families.minja import minja
from memsvc_evals.redteam.families.ordinary import fluent, paraphrased, plain_words
from memsvc_evals.redteam.families.poisonedrag import poisonedrag
from memsvc_evals.redteam.families.world import World

__all__ = ["FAMILIES", "build_attacks"]

FAMILIES: Final[Mapping[str, Callable[[World], Iterator[Attack]]]] = {
    "agentpoison": optimised,
    "published": published,
    "given": given,
    "hubs": hubs,
    "fluent": fluent,
    "paraphrased": paraphrased,
    "words": plain_words,
    "poisonedrag": poisonedrag,
    "minja": minja,
    "instructions": instructions,
    "invisible": invisible,
    "sybils": sybils,
    "laundering": laundering,
}


def build_attacks(world: World, names: Collection[str] = ()) -> Iterator[Attack]:
    """Yield the attacks of the families named, of all without a name; searches run as they are needed.

    Raises InvalidInput for a family that is not there.
    """
    if unknown := sorted(set(names) - set(FAMILIES)):
        raise InvalidInput(f"no such family: {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    for name, build in FAMILIES.items():
        if not names or name in names:
            yield from build(world)
