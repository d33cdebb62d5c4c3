"""HotFlip: change one word at a time to one that the gradient says is better, and keep what is better."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.encoder.words import Words
from memsvc_evals.redteam.optimise.constraints import Constraint
from memsvc_evals.redteam.optimise.objective import Batch, Objective

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["HotFlip", "SearchSettings"]

Trigger = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """`candidates` words are tried a step on part of the batch and `finalists` of them on all of it.

    `wide` is how many of the gradient's best words are looked through for candidates that the constraint allows;
    a search ends early when `patience` steps in a row changed nothing. A costly constraint is asked of at most
    `asked` triggers a step, the best first.
    """

    steps: int = 30
    candidates: int = 24
    finalists: int = 6
    beam: int = 1
    wide: int = 1_500
    patience: int = 12
    asked: int = 3


@dataclass(frozen=True, slots=True)
class HotFlip:
    """Gradient-guided search with a beam; deterministic by its random source.

    `constraint` is asked of every candidate, cheapest first in the gradient's order; `costly` only of a trigger
    that would be kept.
    """

    encoder: LocalEncoder
    words: Words
    settings: SearchSettings
    constraint: Constraint | None = None
    costly: Constraint | None = None

    def search(self, objective: Objective, start: Sequence[str], rng: random.Random) -> Trigger:
        """Return the best trigger found from `start`, of as many words."""
        beams: list[Trigger] = [tuple(start)]
        unchanged = 0
        for step in range(self.settings.steps):
            batch = objective.batch(rng)
            place = step % len(start) if step < 2 * len(start) else rng.randrange(len(start))
            pool: dict[Trigger, None] = {}
            for trigger in beams:
                pool.update(dict.fromkeys(self._candidates(batch, trigger, place)))
            kept = self._best(batch, beams, list(pool))
            unchanged = unchanged + 1 if kept == beams else 0
            beams = kept
            if unchanged >= self.settings.patience:
                break
        return beams[0]

    def best_of(self, objective: Objective, starts: Sequence[Sequence[str]], rng: random.Random) -> Trigger:
        """Return the one of lowest loss on one batch."""
        losses = self._losses(objective.batch(rng), [tuple(each) for each in starts])
        return tuple(starts[losses.index(min(losses))])

    def _candidates(self, batch: Batch, trigger: Trigger, place: int) -> list[Trigger]:
        """Return triggers with another word at `place`, the gradient's best first."""
        rows, slots = self._rows(batch, trigger)
        gradient, _ = self.encoder.gradients(rows, slots, batch.loss)
        order = (self.words.vectors @ gradient[place]).argsort()[: self.settings.wide].tolist()
        found: list[Trigger] = []
        chunk = self.settings.candidates if self.constraint is None else 64
        for start in range(0, len(order), chunk):
            tried = [
                (*trigger[:place], word, *trigger[place + 1 :])
                for word in (self.words.texts[number] for number in order[start : start + chunk])
                if word not in trigger
            ]
            allowed = [True] * len(tried) if self.constraint is None else self.constraint(tried)
            found += [each for each, ok in zip(tried, allowed, strict=True) if ok]
            if len(found) >= self.settings.candidates:
                break
        return found[: self.settings.candidates]

    def _best(self, batch: Batch, beams: list[Trigger], pool: list[Trigger]) -> list[Trigger]:
        """Return the beam after a step: what was there stays unless a candidate has a lower loss."""
        if not pool:
            return beams
        heats = self._losses(batch.smaller(), pool)
        ordered = sorted(range(len(pool)), key=heats.__getitem__)
        finalists = [pool[i] for i in ordered[: self.settings.finalists * len(beams)]]
        finalists = [each for each in finalists if each not in beams]
        losses = self._losses(batch, [*beams, *finalists])
        kept: list[Trigger] = []
        asked = 0
        for _, each in sorted(zip(losses, [*beams, *finalists], strict=True)):
            if each not in beams and self.costly is not None:
                asked += 1
                if asked > self.settings.asked or not self.costly([each])[0]:
                    continue
            kept.append(each)
            if len(kept) == self.settings.beam:
                break
        return kept

    def _losses(self, batch: Batch, triggers: Sequence[Trigger]) -> list[float]:
        rows = [row for trigger in triggers for row in self._rows(batch, trigger)[0]]
        vectors: Tensor = self.encoder.embed_rows(rows)
        found: list[float] = batch.loss(vectors.reshape(len(triggers), -1, vectors.shape[-1])).tolist()
        return found

    def _rows(self, batch: Batch, trigger: Trigger) -> tuple[list[list[int]], list[list[int]]]:
        ids = [self.encoder.piece(word) for word in trigger]
        pairs = [carrier.row(self.encoder, ids) for carrier in batch.carriers]
        return [row for row, _ in pairs], [slots for _, slots in pairs]
