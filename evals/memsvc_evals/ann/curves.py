"""Recall and latency of every system over its search parameters, warm and cold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from memsvc_evals.ann.dataset import DEPTH, HELD, AnnData
from memsvc_evals.ann.measured import Measured, Point, Samples
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.searching import K, ask_block, point_of
from memsvc_evals.ann.subjects import Subject
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.truth import recall
from memsvc_evals.load.process import Worker

__all__ = ["choose", "cold_curves", "comparison_points", "matching", "warm_curves"]

_GOOD = 0.98
_SLOW_HELD = 50


def warm_curves(
    subjects: Sequence[Subject],
    workers: Mapping[str, Worker],
    data: AnnData,
    *,
    plan: Plan,
    results: Mapping[str, Measured],
    step: Callable[[], None],
) -> None:
    """Ask all queries at every setting, in blocks whose order is shuffled over all systems."""
    jobs: list[tuple[Subject, int, list[int]]] = []
    for subject in subjects:
        for number in range(len(subject.sweep)):
            jobs += [(subject, number, block) for block in plan.blocks(len(data.queries), slow=subject.slow)]
    plan.rng().shuffle(jobs)
    samples = {(subject.name, i): Samples() for subject in subjects for i in range(len(subject.sweep))}
    for subject, number, block in jobs:
        ask_block(workers[subject.name], block, subject.sweep[number], into=samples[subject.name, number])
        step()
    for subject in subjects:
        results[subject.name].warm = [
            point_of(params, samples[subject.name, i], data) for i, params in enumerate(subject.sweep)
        ]


def cold_curves(
    subjects: Sequence[Subject],
    workers: Mapping[str, Worker],
    data: AnnData,
    *,
    plan: Plan,
    results: Mapping[str, Measured],
    step: Callable[[], None],
) -> None:
    """Ask some queries at every setting, the index evicted before each."""
    queries = list(range(min(2 * plan.cold_block, len(data.queries))))
    jobs = [(subject, params) for subject in subjects if subject.on_disk for params in subject.sweep]
    plan.rng().shuffle(jobs)
    found: dict[tuple[str, int], Point] = {}
    for subject, params in jobs:
        samples = ask_block(workers[subject.name], queries, params, op="cold")
        found[subject.name, subject.sweep.index(params)] = point_of(params, samples, data)
        step()
    for subject in subjects:
        if subject.on_disk:
            results[subject.name].cold = [found[subject.name, i] for i in range(len(subject.sweep))]


def comparison_points(
    subjects: Sequence[Subject],
    workers: Mapping[str, Worker],
    data: AnnData,
    *,
    plan: Plan,
    results: Mapping[str, Measured],
) -> None:
    """Choose each system's point of comparison and measure its recall@20 as well."""
    for subject in subjects:
        result = results[subject.name]
        point = choose(result.warm, subject.at)
        samples = Samples()
        for block in plan.blocks(len(data.queries), slow=subject.slow):
            ask_block(workers[subject.name], block, point.params, into=samples, k=DEPTH)
        deep = point_of(point.params, samples, data, k=DEPTH)
        point.recall[DEPTH] = deep.recall[DEPTH]
        result.at = point
        if len(data.held):
            result.held_recall = _held_recall(workers[subject.name], data, point.params, slow=subject.slow)


def _held_recall(worker: Worker, data: AnnData, params: Params, *, slow: bool) -> float:
    some = list(range(min(len(data.held), _SLOW_HELD if slow else len(data.held))))
    found = ask_block(worker, some, params, file=HELD).found
    truth, queries = data.held_truth[some], data.held[some]
    return float(recall(found, truth, K, vectors=data.vectors, queries=queries).mean())


def choose(curve: Sequence[Point], at: Params | None) -> Point:
    """Return the point with these parameters, or else the fastest of recall .98, or else the best."""
    if at is not None:
        return next(point for point in curve if point.params == at)
    return matching(curve, _GOOD)


def matching(curve: Sequence[Point], least: float) -> Point:
    """Return the fastest point of at least this recall@10, or the one with the most."""
    enough = [point for point in curve if point.recall[K] >= least]
    if enough:
        return min(enough, key=lambda point: point.p50)
    return max(curve, key=lambda point: (point.recall[K], -point.p50))
