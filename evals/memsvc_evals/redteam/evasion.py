"""The guard's own detectors in the attacker's hands, for an attack that none of them sees."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from memsvc.errors import InvalidInput
from memsvc.guard.canary_set import choose
from memsvc.guard.coherence import Coherence
from memsvc.guard.conformal import BenignScores, length_bucket
from memsvc.guard.decide import SHARES
from memsvc.guard.model_file import GuardModel
from memsvc.guard.normalize import normalised
from memsvc.guard.transplant import TransplantProbe, nearest_of
from memsvc.ports.embedding import Embedder
from memsvc_agents.embed.token_reader import packaged_token_reader
from memsvc_evals.redteam.corpora.corpus import Corpus
from memsvc_evals.redteam.families.adaptive import KnownDetector, adaptive
from memsvc_evals.redteam.families.attack import Attack, Embedding
from memsvc_evals.redteam.families.world import World

__all__ = ["evading", "known_detectors"]

_ALPHA = 0.01
# The attacker has notes like the memory's, not the memory; and canaries like the guard's, not the secret ones.
_NOTES_KNOWN = 500
_OWN_SEED = b"an attacker's own"


def evading(world: World, detectors: Sequence[KnownDetector]) -> Iterator[Attack]:
    """Yield, by key and by whole note, the attack that stays unseen, where the search finds one."""
    for embedding in Embedding:
        try:
            attack = adaptive(world, detectors, embedding=embedding)
        except InvalidInput:
            continue
        if attack is not None:
            yield attack


def known_detectors(embedder: Embedder, corpus: Corpus, guard: GuardModel) -> list[KnownDetector]:
    """Return the hijack detectors with the shipped calibration at a false-positive rate of 1 %."""
    coherence = Coherence(guard.head, packaged_token_reader())
    probe = TransplantProbe.of(embedder, choose((), seed=_OWN_SEED), coherence=coherence)
    drawn = random.Random("known notes").sample(corpus.notes, min(_NOTES_KNOWN, len(corpus.notes)))
    nearest = nearest_of(embedder.embed([note.key for note in drawn]))

    def transplanted(texts: Sequence[str]) -> list[float]:
        vectors = embedder.embed(list(texts))
        return [probe.examine(text, vector, nearest).score for text, vector in zip(texts, vectors, strict=True)]

    return [
        _detector(guard, "wordlm", lambda texts: [guard.wordlm.examine(normalised(text)).score for text in texts]),
        _detector(guard, "transplant", transplanted, costly=True),
    ]


def _detector(
    guard: GuardModel, name: str, score: Callable[[Sequence[str]], Sequence[float]], *, costly: bool = False
) -> KnownDetector:
    """Return a detector that gives how far a score is over the threshold of the text's own length."""

    def over(texts: Sequence[str]) -> list[float]:
        return [
            found / max(_threshold(guard, name, text), 1e-9)
            for text, found in zip(texts, score(texts), strict=True)
        ]

    return KnownDetector(name, over, 1.0 + 1e-6, costly)


def _threshold(guard: GuardModel, name: str, text: str) -> float:
    scores: BenignScores | None = guard.benign(name, "round", length_bucket(text))
    return np.inf if scores is None else scores.threshold(_ALPHA * SHARES[name])
