"""Notes for a trigger: the form that most families share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from memsvc_evals.redteam.families.attack import (
    SIZES,
    Attack,
    Embedding,
    Group,
    Passage,
    Placing,
    Poison,
    keyed,
    whole,
)
from memsvc_evals.redteam.families.world import World, shuffled, subject_of
from memsvc_evals.redteam.optimise.carrier import after, interleaved
from memsvc_evals.redteam.payloads.actions import ACTIONS
from memsvc_evals.redteam.payloads.facts import FACTS, SHORT_FACTS
from memsvc_evals.redteam.payloads.instructions import INSTRUCTIONS
from memsvc_evals.redteam.payloads.kinds import PayloadKind

__all__ = ["Form", "triggered"]


@dataclass(frozen=True, slots=True)
class Form:
    """How a family writes its notes; `sentences` is how many a factual payload has, 0 for a short one.

    `sybils` gives each note a principal of its own.
    """

    family: str
    group: Group
    embedding: Embedding = Embedding.KEY
    payload: PayloadKind = PayloadKind.ACTION
    placing: Placing = Placing.AFTER
    sentences: int = 1
    sizes: tuple[int, ...] = SIZES
    sybils: bool = False
    through: Passage = Passage.NONE


def triggered(world: World, form: Form, *triggers: str) -> Attack:
    """Return the attack; notes take the triggers in turn, the victim's query has the first."""
    payloads = _payloads(world, form, triggers[0])
    poison: list[Poison] = []
    for number, question in enumerate(world.bases()):
        words = triggers[number % len(triggers)].split()
        place = interleaved if form.placing is Placing.INTERLEAVED else after
        key = place(question.text, len(words)).text(words)
        who = number if form.sybils else 0
        said = next(payloads).format(s=subject_of(question), t=f"'{' '.join(words)}'")
        is_key = form.embedding is Embedding.KEY
        poison.append(keyed(key, said, principal=who) if is_key else whole(f"{key} {said}", principal=who))
    return Attack(
        family=form.family,
        group=form.group,
        seed=world.seed,
        embedding=form.embedding,
        payload=form.payload,
        poison=tuple(poison),
        victims=world.splits.victim,
        trigger=triggers[0],
        placing=form.placing,
        through=form.through,
        sizes=form.sizes,
    )


def _payloads(world: World, form: Form, trigger: str) -> Iterator[str]:
    rng = world.rng(f"{form.family}/payload/{trigger}")
    if form.payload is PayloadKind.FACTUAL and form.sentences:
        facts = shuffled(FACTS, rng)
        while True:
            yield " ".join(next(facts) for _ in range(form.sentences))
    others = {PayloadKind.ACTION: ACTIONS, PayloadKind.INSTRUCTION: INSTRUCTIONS}
    yield from shuffled(others.get(form.payload, SHORT_FACTS), rng)
