"""The searches run: from where each starts, and what it is held under."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from memsvc.errors import InvalidInput
from memsvc_evals.redteam.corpora.corpus import Corpus
from memsvc_evals.redteam.corpora.splits import Splits
from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.encoder.words import Words, trigger_words
from memsvc_evals.redteam.optimise.agent import Agent
from memsvc_evals.redteam.optimise.cache import Kept, TriggerCache
from memsvc_evals.redteam.optimise.carrier import Carrier, after
from memsvc_evals.redteam.optimise.centres import cluster_centres, clusters
from memsvc_evals.redteam.optimise.constraints import Constraint, LanguageCap, all_of
from memsvc_evals.redteam.optimise.hotflip import HotFlip
from memsvc_evals.redteam.optimise.language import WordBigrams
from memsvc_evals.redteam.optimise.objective import Hub, Objective, Uniqueness
from memsvc_evals.redteam.optimise.searches import SEARCHES, Layout, Search
from memsvc_evals.redteam.optimise.target import TargetAction, Targeted, target_settings, trials_of
from memsvc_evals.redteam.payloads.facts import FACTS
from memsvc_evals.redteam.payloads.phrases import STARTS

__all__ = ["TriggerSearches"]

_WORD = re.compile(r"[a-z]+")
# Benign notes that the centres are taken of; more moves them little.
_SAMPLE = 400
_CENTRES = 5
_HUB_CLUSTERS = 4


class TriggerSearches:
    """Runs searches against one corpus; what was found before comes from the cache.

    The encoder is loaded by the first that needs it: not all families do, and not everybody has what it takes.
    With an `agent`, triggers of notes that demonstrate an action are held under AgentPoison's target constraint.
    """

    def __init__(
        self, load: Callable[[], LocalEncoder], corpus: Corpus, cache: TriggerCache, agent: Agent | None = None
    ) -> None:
        self._load = load
        self._corpus = corpus
        self._cache = cache
        self._agent = agent
        self._targeted: dict[tuple[str, int], Targeted] = {}

    @property
    def targeted(self) -> tuple[Targeted, ...]:
        """Return what the target constraint came to in each search that was held under it."""
        return tuple(self._targeted.values())

    def find(self, name: str, splits: Splits, *, seed: int) -> str:
        """Return the trigger of a search of SEARCHES, its words separated by spaces.

        Raises what the agent's model raises.
        """
        search = SEARCHES[name]
        learning = [question.text for question in splits.learning]
        agent = self._agent if search.has_action else None
        settings = asdict(search) | ({} if agent is None else {"target": target_settings(agent)})
        key = self._cache.key(self._encoder.identity, self._corpus.digest, learning, settings, seed)
        known = self._cache.get(key)
        if known is None:
            known = self._searched(search, learning, seed, agent)
            self._cache.put(key, known, name=name, seed=seed, corpus=self._corpus.name)
        elif known.met is not None:
            self._targeted.setdefault((name, seed), Targeted(name, seed, known.met))
        return known.trigger

    def _searched(self, search: Search, learning: Sequence[str], seed: int, agent: Agent | None) -> Kept:
        if agent is None:
            return Kept(self.run(search, learning, seed=seed))
        target = TargetAction(agent, trials_of(search, learning, seed=seed))
        trigger = self.run(search, learning, seed=seed, target=target)
        taken = target.targeted(search.name, seed, trigger)
        self._targeted[search.name, seed] = taken
        return Kept(trigger, taken.met)

    def run(
        self,
        search: Search,
        learning: Sequence[str],
        *,
        seed: int,
        constraint: Constraint | None = None,
        costly: Constraint | None = None,
        target: Constraint | None = None,
        starts: int = 1,
    ) -> str:
        """Return the trigger of one search, not looked up; the constraints are asked besides the search's own cap.

        An attacker who knows the detectors passes them (`Undetected`), and sets out from the best of several
        phrases that pass; `target` is asked only of what would be kept, never of what the search sets out from.
        Raises InvalidInput when no phrase passes.
        """
        rng = random.Random(f"{search.name}/{seed}")
        asked = all_of(None if search.cap is None else LanguageCap(self.language, search.cap), constraint)
        kept = all_of(costly, target)
        flip = HotFlip(self._encoder, self.words, search.settings, constraint=asked, costly=kept)
        if asked is None:
            start: Sequence[str] = rng.sample(self.words.texts, search.words)
            objective = self._objective(search, learning, rng, seed)
        else:
            passing = self._phrases(search.words, [each for each in (asked, costly) if each], rng)
            found = list(islice(passing, starts))
            if not found:
                raise InvalidInput(
                    f"{self._corpus.name}: no phrase of {search.words} words passes the detectors to start from"
                )
            objective = self._objective(search, learning, rng, seed)
            start = found[0] if len(found) == 1 else flip.best_of(objective, found, rng)
        return " ".join(flip.search(objective, start, rng))

    def _phrases(self, count: int, constraints: Sequence[Constraint], rng: random.Random) -> Iterator[list[str]]:
        """Yield phrases that are allowed: ordinary ones, then words in a row of the memory's own."""
        drawn = rng.sample(self._corpus.notes, min(300, len(self._corpus.notes)))
        own = [_WORD.findall(note.key.lower()) for note in drawn]
        phrases = [words for text in rng.sample(STARTS, len(STARTS)) if len(words := text.split()) == count]
        phrases += [words[i : i + count] for words in own for i in range(0, len(words) - count, count)]
        for each in phrases:
            is_plain = all(len(self._encoder.pieces(word)) == 1 for word in each)
            if is_plain and all(constraint([each])[0] for constraint in constraints):
                yield each

    @cached_property
    def _encoder(self) -> LocalEncoder:
        return self._load()

    @cached_property
    def words(self) -> Words:
        return trigger_words(self._encoder)

    @cached_property
    def language(self) -> WordBigrams:
        return WordBigrams((note.text for note in self._corpus.notes), self.words)

    @cached_property
    def _benign(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        notes = self._corpus.notes
        drawn = random.Random("centres").sample(notes, min(_SAMPLE, len(notes)))
        return self._encoder.embed([note.key for note in drawn])

    def _objective(self, search: Search, learning: Sequence[str], rng: random.Random, seed: int) -> Objective:
        import torch

        count = search.words
        device = self._encoder.device
        if search.layout is Layout.HUB:
            vectors = self._encoder.embed(learning)
            owners = clusters(vectors, _HUB_CLUSTERS, seed=seed)
            chosen = vectors[owners == rng.choice(sorted(set(owners.tolist())))]
            bodies = rng.sample(FACTS, 3)
            notes = tuple(after("", count, then=body.format(s="it")) for body in bodies)
            return Hub(notes, torch.tensor(chosen, device=device))
        centres = torch.tensor(cluster_centres(self._benign, _CENTRES, seed=seed), device=device)
        queries = tuple(map(search.carrier, learning))
        notes = _long_notes(learning, count, rng) if search.layout is Layout.NOTE else ()
        return Uniqueness(queries, centres, search.compact, notes)


def _long_notes(learning: Sequence[str], count: int, rng: random.Random) -> tuple[Carrier, ...]:
    """Return notes that are embedded whole: a question, the trigger, and sentences with a factual payload."""
    return tuple(
        after(text, count, then=" ".join(body.format(s="it") for body in rng.sample(FACTS, 2)))
        for text in rng.sample(list(learning), min(8, len(learning)))
    )
