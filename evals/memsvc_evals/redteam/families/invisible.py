"""Invisible and lookalike characters: orders that no reader sees, and triggers that no filter reads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from memsvc_evals.redteam.corpora.corpus import Turn
from memsvc_evals.redteam.families.attack import SIZES, Attack, Embedding, Group, Poison
from memsvc_evals.redteam.families.disguise import Disguise, backwards, lookalikes, tagged, zero_width
from memsvc_evals.redteam.families.triggered import Form, triggered
from memsvc_evals.redteam.families.world import World, shuffled, subject_of
from memsvc_evals.redteam.payloads.instructions import INSTRUCTIONS
from memsvc_evals.redteam.payloads.kinds import PayloadKind

__all__ = ["invisible"]

_ORDERS: Final[tuple[tuple[str, Disguise], ...]] = (
    ("invisible_tags", tagged),
    ("invisible_bidi", backwards),
    ("invisible_zero_width", zero_width),
)
_TRIGGERS: Final[tuple[tuple[str, Disguise], ...]] = (
    ("disguised_zero_width", zero_width),
    ("disguised_lookalikes", lookalikes),
)


def invisible(world: World) -> Iterator[Attack]:
    """Yield disguised orders behind plain questions, and optimised triggers written in disguise."""
    for family, disguise in _ORDERS:
        yield _orders(world, family, disguise)
    plain = triggered(world, Form("", Group.OPTIMISED), world.trigger("hf8"))
    for family, disguise in _TRIGGERS:
        rng = world.rng(family)
        poison = tuple(_disguised(each, plain.trigger, disguise, rng) for each in plain.poison)
        yield replace(plain, family=family, poison=poison, trigger=disguise(plain.trigger, rng))


def _orders(world: World, family: str, disguise: Disguise) -> Attack:
    rng = world.rng(family)
    orders = shuffled(INSTRUCTIONS, rng)
    targets = rng.sample(world.splits.victim, min(SIZES[-1], len(world.splits.victim)))
    poison = [
        Poison(
            (Turn("user", f"{each.text} {disguise(next(orders).format(s=subject_of(each)), rng)}"),),
            target=each.id,
        )
        for each in targets
    ]
    return Attack(
        family=family,
        group=Group.UNTRUSTED,
        seed=world.seed,
        embedding=Embedding.FULL,
        payload=PayloadKind.INSTRUCTION,
        poison=tuple(poison),
        victims=world.splits.victim,
        sizes=(len(poison),),
    )


def _disguised(poison: Poison, trigger: str, disguise: Disguise, rng: random.Random) -> Poison:
    turns = tuple(Turn(turn.role, turn.content.replace(trigger, disguise(trigger, rng))) for turn in poison.turns)
    return replace(poison, turns=turns)
