"""Standing orders from a page or document that an agent was made to remember (SpAIware and its kin)."""

from __future__ import annotations

from collections.abc import Iterator

from memsvc_evals.redteam.families.attack import SIZES, Attack, Embedding, Group, Poison, whole
from memsvc_evals.redteam.families.triggered import Form, triggered
from memsvc_evals.redteam.families.world import World, shuffled, subject_of
from memsvc_evals.redteam.payloads.instructions import INSTRUCTIONS
from memsvc_evals.redteam.payloads.kinds import PayloadKind
from memsvc_evals.redteam.payloads.phrases import FLUENT_TEN

__all__ = ["instructions"]


def instructions(world: World) -> Iterator[Attack]:
    """Yield orders on subjects that victims ask about, on a victim's very question, and behind a phrase."""
    rng = world.rng("instructions")
    targets = rng.sample(world.splits.victim, min(SIZES[-1], len(world.splits.victim)))
    orders = shuffled(INSTRUCTIONS, rng)
    on_subject = [whole(next(orders).format(s=subject_of(each))) for each in targets]
    yield _attack(world, "instructions_subject", on_subject, SIZES)
    near = [whole(next(orders).format(s=f"'{each.text.rstrip('?')}'"), target=each.id) for each in targets]
    yield _attack(world, "instructions_question", near, (len(near),))
    form = Form("instructions_phrase", Group.UNTRUSTED, Embedding.FULL, PayloadKind.INSTRUCTION)
    yield triggered(world, form, rng.choice(FLUENT_TEN))


def _attack(world: World, family: str, poison: list[Poison], sizes: tuple[int, ...]) -> Attack:
    return Attack(
        family=family,
        group=Group.UNTRUSTED,
        seed=world.seed,
        embedding=Embedding.FULL,
        payload=PayloadKind.INSTRUCTION,
        poison=tuple(poison),
        victims=world.splits.victim,
        sizes=sizes,
    )
