"""Sybils, who say one thing under many names, and laundering, which passes poison through derivations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from memsvc_evals.redteam.families.attack import Attack, Embedding, Group, Passage
from memsvc_evals.redteam.families.triggered import Form, triggered
from memsvc_evals.redteam.families.world import World
from memsvc_evals.redteam.payloads.kinds import PayloadKind
from memsvc_evals.redteam.payloads.phrases import FLUENT_TEN, REWORDINGS

__all__ = ["laundering", "sybils"]

_LIE = Form("", Group.UNTRUSTED, Embedding.FULL, PayloadKind.FACTUAL)


def sybils(world: World) -> Iterator[Attack]:
    """Yield rewordings that each come from a principal of its own."""
    ways = world.rng("sybils").choice(REWORDINGS)
    yield triggered(world, replace(_LIE, family="sybils", sybils=True), *ways)


def laundering(world: World) -> Iterator[Attack]:
    """Yield lies with an ordinary trigger, to be passed through merged thoughts and through A-MEM's evolution."""
    phrase = world.rng("laundering").choice(FLUENT_TEN)
    for through in (Passage.THOUGHT_MERGE, Passage.AMEM_EVOLUTION):
        form = replace(_LIE, family=f"laundering_{through.value}", through=through, sizes=(8,))
        yield triggered(world, form, phrase)
