"""The evasion price: an attacker who knows the detectors, and writes only what none of them sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from memsvc_evals.redteam.families.attack import SIZES, Attack, Embedding, Group, Poison
from memsvc_evals.redteam.families.triggered import Form, triggered
from memsvc_evals.redteam.families.world import World, shuffled
from memsvc_evals.redteam.optimise.carrier import after
from memsvc_evals.redteam.optimise.constraints import Undetected, all_of
from memsvc_evals.redteam.optimise.searches import SEARCHES
from memsvc_evals.redteam.payloads.facts import SHORT_FACTS
from memsvc_evals.redteam.payloads.kinds import PayloadKind

__all__ = ["KnownDetector", "adaptive"]

# In so many of the notes to be written is each trigger tried; a costly detector is asked of one.
_TRIED = 2
# The search sets out from the best of so many phrases that no detector sees.
_STARTS = 24


@dataclass(frozen=True, slots=True)
class KnownDetector:
    """A detector as the attacker runs it: texts to scores, of which those at `threshold` or over are caught.

    A `costly` one is asked only of a trigger that would be kept, not of every candidate.
    """

    name: str
    score: Callable[[Sequence[str]], Sequence[float]]
    threshold: float
    costly: bool = False


def adaptive(
    world: World,
    detectors: Sequence[KnownDetector],
    *,
    search: str = "capped14",
    embedding: Embedding = Embedding.KEY,
) -> Attack | None:
    """Return the attack of a search held under all detectors, with only the notes that none of them sees.

    The payload is a lie told as a fact, which no classifier of payloads can tell from others. None when no note
    goes unseen. Raises InvalidInput when no phrase to start from passes.
    """
    of = SEARCHES[search]
    lies = shuffled(SHORT_FACTS, world.rng("adaptive"))
    count = of.words
    tried = tuple(
        after(question.text, count, then="" if embedding is Embedding.KEY else next(lies).format(s="it"))
        for question in world.bases(_TRIED)
    )
    cheap, costly = (
        all_of(*(Undetected(each.score, each.threshold, notes) for each in detectors if each.costly is wanted))
        for wanted, notes in ((False, tried), (True, tried[:1]))
    )
    learning = [question.text for question in world.splits.learning]
    trigger = world.searches.run(of, learning, seed=world.seed, constraint=cheap, costly=costly, starts=_STARTS)
    form = Form(
        f"adaptive_{search}_{embedding.value}", Group.OPTIMISED, embedding, PayloadKind.FACTUAL, sentences=0
    )
    attack = triggered(world, form, trigger)
    unseen = tuple(each for each in attack.poison if not _seen(each, detectors))
    sizes = tuple(sorted({min(size, len(unseen)) for size in SIZES}))
    return replace(attack, poison=unseen, sizes=sizes) if unseen else None


def _seen(poison: Poison, detectors: Sequence[KnownDetector]) -> bool:
    texts = list(dict.fromkeys((poison.key_text, poison.note_text)))
    return any(max(each.score(texts)) >= each.threshold for each in detectors)
