"""Triggers that no optimiser made: ordinary phrases, their rewordings, random and rare words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from memsvc_evals.redteam.families.attack import Attack, Embedding, Group
from memsvc_evals.redteam.families.triggered import Form, triggered
from memsvc_evals.redteam.families.world import World
from memsvc_evals.redteam.payloads.kinds import PayloadKind
from memsvc_evals.redteam.payloads.phrases import FLUENT_FIVE, FLUENT_TEN, REWORDINGS

__all__ = ["fluent", "paraphrased", "plain_words"]

_KEY = Form("", Group.UNTRUSTED)
_FULL = replace(_KEY, embedding=Embedding.FULL)
_LIE = replace(_FULL, payload=PayloadKind.FACTUAL)
# Pieces late in the vocabulary are rare words.
_RARE = 4_000


def fluent(world: World) -> Iterator[Attack]:
    """Yield phrases of ten and five words, with a hijacked action and with a lie told as a fact."""
    rng = world.rng("fluent")
    ten, five = rng.choice(FLUENT_TEN), rng.choice(FLUENT_FIVE)
    yield triggered(world, replace(_KEY, family="fluent10_key"), ten)
    yield triggered(world, replace(_FULL, family="fluent10_full"), ten)
    yield triggered(world, replace(_LIE, family="fluent10_factual"), ten)
    yield triggered(world, replace(_KEY, family="fluent5_key"), five)
    yield triggered(world, replace(_LIE, family="fluent5_factual", sentences=0), five)


def paraphrased(world: World) -> Iterator[Attack]:
    """Yield notes that each word the trigger in another way."""
    ways = world.rng("paraphrased").choice(REWORDINGS)
    yield triggered(world, replace(_KEY, family="paraphrased_key"), *ways)
    yield triggered(world, replace(_LIE, family="paraphrased_factual"), *ways)
    lie = replace(_KEY, payload=PayloadKind.FACTUAL)
    yield triggered(world, replace(lie, family="paraphrased_key_factual"), *ways)


def plain_words(world: World) -> Iterator[Attack]:
    """Yield eight words drawn at random and two rare ones."""
    rng = world.rng("words")
    words = world.searches.words.texts
    yield triggered(world, replace(_KEY, family="random8_key"), " ".join(rng.sample(words, 8)))
    yield triggered(world, replace(_KEY, family="rare2_key"), " ".join(rng.sample(words[-_RARE:], 2)))
