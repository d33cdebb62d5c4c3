"""Ours against theirs in interleaved rounds: the load of the machine is the same for both of a ratio.

Each round gives one ratio of medians, and the median of those is reported. Times of different rounds are never
divided by each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from memsvc_evals.ann.curves import matching
from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.measured import Duel, Measured, Point, Round, Samples
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.searching import K, ask_block
from memsvc_evals.ann.subjects import Subject
from memsvc_evals.load.process import Worker

__all__ = ["fight", "pair_up"]


def pair_up(subjects: Sequence[Subject], results: Mapping[str, Measured]) -> list[Duel]:
    """Return a duel for every form and peer, ours at its fastest point of their recall."""
    duels = []
    for peer in subjects:
        theirs = results[peer.name].at
        if peer.ours or theirs is None:
            continue
        for form in subjects:
            if form.ours:
                ours = matching(results[form.name].warm, theirs.recall[K])
                duels.append(Duel(form.name, peer.name, ours, theirs))
    return duels


def fight(
    duels: Sequence[Duel],
    subjects: Sequence[Subject],
    workers: Mapping[str, Worker],
    data: AnnData,
    *,
    plan: Plan,
    step: Callable[[], None],
) -> None:
    """Run the rounds; in each a peer and all our forms have one block each, in random order."""
    rng = plan.rng()
    known = {subject.name: subject for subject in subjects}
    peers = list(dict.fromkeys(duel.peer for duel in duels))
    for number in range(plan.rounds):
        for peer in rng.sample(peers, len(peers)):
            against = [duel for duel in duels if duel.peer == peer]
            size = plan.slow_block if known[peer].slow else plan.block
            block = plan.block_of(number, len(data.queries), size=size)
            _round(against, workers, block, rng, op="search")
            if plan.cold and known[peer].on_disk:
                block = plan.block_of(number, len(data.queries), size=plan.cold_block)
                _round(against, workers, block, rng, op="cold")
            step()


def _round(
    against: Sequence[Duel], workers: Mapping[str, Worker], block: Sequence[int], rng: random.Random, *, op: str
) -> None:
    members: dict[str, Point] = {against[0].peer: against[0].theirs}
    members |= {duel.form: duel.ours for duel in against}
    times: dict[str, Samples] = {}
    for name in rng.sample(list(members), len(members)):
        if op == "search":
            # Warm: what the block touches has been touched before, whatever ran in between.
            ask_block(workers[name], block, members[name].params, op=op)
        times[name] = ask_block(workers[name], block, members[name].params, op=op)
    theirs = times[against[0].peer]
    for duel in against:
        ours = times[duel.form]
        rounds = duel.cold if op == "cold" else duel.warm
        rounds.append(
            Round(ours.percentile(50), theirs.percentile(50), ours.cpu_us, theirs.cpu_us, _kib(ours), _kib(theirs))
        )


def _kib(samples: Samples) -> float:
    return float(np.mean(samples.read_bytes)) / 1024 if samples.read_bytes else 0.0
