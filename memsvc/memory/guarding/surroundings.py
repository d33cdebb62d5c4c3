"""What a note is probed against: canaries of the week, and the namespace's cleared notes."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.notes import KeyGroup
from memsvc.domain.scope import Scope
from memsvc.guard.canary_set import choose, period_seed, questions_in
from memsvc.guard.hubness import HubScale, Sentinels
from memsvc.guard.transplant import TransplantProbe
from memsvc.memory.context import Context
from memsvc.memory.guarding.kept_surroundings import KeptSurroundings, Standing
from memsvc.ports.embedding import Matrix, Vector
from memsvc.ports.ranking import NamespaceState, Ranked, Rows
from memsvc.ports.storage import Reader

__all__ = ["Surroundings", "surroundings_of"]

_SENTINELS: Final = 120
_DEPTH: Final = 10
_ASKED_IN: Final = 500
_SECONDS_PER_PERIOD: Final = 7 * 86_400
# With fewer cleared notes every note is among the best for anything.
_LEAST_CLEARED: Final = 30


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The probe with its canaries, the rows of cleared notes, and who of these answers the sentinel questions."""

    context: Context
    scope: Scope
    transplant: TransplantProbe = field(repr=False)
    cleared: Rows = field(repr=False)
    sentinels: Sentinels | None = field(default=None, repr=False)
    scale: HubScale = field(default_factory=lambda: HubScale(0.0, 1.0))

    def nearest_but(self, row: int) -> Callable[[Matrix], NDArray[np.float32]]:
        """Return what gives the best cosine of vectors to any key of a cleared note but that at the row."""
        others = self.cleared[self.cleared != row]

        def nearest(vectors: Matrix) -> NDArray[np.float32]:
            best = np.full(len(vectors), -1.0, dtype=np.float32)
            if not len(others):
                return best
            with self.context.storage.reader(self.scope) as reader:
                for place, vector in enumerate(vectors):
                    found = _search(self.context, reader, vector, k=1, allowed=others)
                    best[place] = max((float(each.scores[0]) for each in found if len(each.scores)), default=-1.0)
            return best

        return nearest


def surroundings_of(context: Context, scope: Scope, kept: KeptSurroundings, *, now: datetime) -> Surroundings:
    """Return what to probe the namespace's notes against; raises EmbedderUnavailable, GuardModelError.

    Canaries are drawn anew each week by a secret of the namespace, which is made when it is first needed.
    """
    with context.storage.reader(scope) as reader:
        secret, cleared, state = reader.guard.seed(), reader.guard.cleared(), reader.state
    if secret is None:
        with context.storage.writer(scope) as writer:
            secret = writer.guard.open_seed(secrets.token_bytes(32))
    period = int(now.timestamp()) // _SECONDS_PER_PERIOD
    seed = period_seed(secret, scope.namespace, period)
    coherence = None if context.guard is None else context.guard.coherence()
    transplant = TransplantProbe(kept.tools(context.embedder, seed), coherence)
    if state is None or len(cleared) < _LEAST_CLEARED:
        return Surroundings(context, scope, transplant, cleared)
    standing = kept.standing(state, seed, cleared=len(cleared))
    if standing is None:
        standing = _standing(context, scope, state, seed, cleared)
        kept.keep(state, seed, standing)
    return Surroundings(context, scope, transplant, cleared, standing.sentinels, standing.scale)


def _standing(context: Context, scope: Scope, state: NamespaceState, seed: bytes, cleared: Rows) -> Standing:
    """Choose and embed sentinel questions, between transactions, and look who answers them."""
    with context.storage.reader(scope) as reader:
        texts = [note.content for note in reader.notes_by_row(cleared[-_ASKED_IN:].tolist())]
    asked = {question for text in texts for question in questions_in(text)}
    vectors = context.embedder.embed(choose(asked, seed=seed, count=_SENTINELS))
    with context.storage.reader(scope) as reader:
        best, counts = _answering(context, reader, vectors, cleared)
    return Standing(state.last_sequence, len(cleared), Sentinels(vectors, best), HubScale.of(counts))


def _answering(
    context: Context, reader: Reader, vectors: Matrix, cleared: Rows
) -> tuple[Matrix, NDArray[np.int64]]:
    """Return the best cosines of cleared notes for each sentinel, rising, and in how many lists each note is."""
    best = np.full((len(vectors), _DEPTH), -1.0, dtype=np.float32)
    lists: Counter[int] = Counter()
    for place, vector in enumerate(vectors):
        scores: dict[int, float] = {}
        for found in _search(context, reader, vector, k=_DEPTH, allowed=cleared):
            for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True):
                scores[row] = max(score, scores.get(row, -1.0))
        top = sorted(scores.items(), key=lambda each: each[1])[-_DEPTH:]
        lists.update(row for row, _ in top)
        best[place, _DEPTH - len(top) :] = [score for _, score in top]
    counts = np.zeros(len(cleared), np.int64)
    counts[: len(lists)] = list(lists.values())
    return best, counts


def _search(context: Context, reader: Reader, vector: Vector, *, k: int, allowed: Rows) -> Sequence[Ranked]:
    """Return the best of the notes allowed by each group of keys."""
    state = reader.state
    if state is None:
        return ()
    return [
        context.index.search(reader, state, vector, group=group, k=k, allowed=allowed)
        for group in KeyGroup
        if reader.may_have(group)
    ]
