"""The run: build, curves, duels, memory, processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from memsvc_evals.ann.building import Workshop
from memsvc_evals.ann.curves import cold_curves, comparison_points, warm_curves
from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.duels import fight, pair_up
from memsvc_evals.ann.measured import Duel, Measured
from memsvc_evals.ann.memory import measure_memory
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.processes import drive
from memsvc_evals.ann.subjects import Subject

__all__ = ["measure", "steps"]


def steps(subjects: Sequence[Subject], data: AnnData, plan: Plan) -> int:
    """Return how often `measure` calls its `step`."""
    blocks = sum(
        len(s.sweep) * (len(plan.blocks(len(data.queries), slow=s.slow)) + (plan.cold and s.on_disk))
        for s in subjects
    )
    peers = sum(not s.ours for s in subjects) if any(s.ours for s in subjects) else 0
    return len(subjects) + blocks + plan.rounds * peers + len(plan.processes) * len(subjects)


def measure(
    subjects: Sequence[Subject], data: AnnData, *, plan: Plan, folder: Path, step: Callable[[], None]
) -> tuple[dict[str, Measured], list[Duel]]:
    """Build every index (or take it from the folder), then measure; one search at a time until the last part."""
    workshop = Workshop(folder, data)
    results = {}
    for subject in subjects:
        results[subject.name] = Measured(workshop.build(subject))
        step()
    with ExitStack() as stack:
        workers = {subject.name: workshop.open(subject, stack) for subject in subjects}
        warm_curves(subjects, workers, data, plan=plan, results=results, step=step)
        comparison_points(subjects, workers, data, plan=plan, results=results)
        measure_memory(subjects, workshop, data, plan=plan, results=results)
        if plan.cold:
            cold_curves(subjects, workers, data, plan=plan, results=results, step=step)
        duels = pair_up(subjects, results)
        fight(duels, subjects, workers, data, plan=plan, step=step)
    drive(subjects, workshop, data, plan=plan, results=results, step=step)
    return results, duels
