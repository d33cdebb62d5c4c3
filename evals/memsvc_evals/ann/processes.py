"""Queries per second of one, two and more processes that search the same index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from memsvc_evals.ann.building import Workshop
from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.measured import Measured
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.searching import K, ask_block
from memsvc_evals.ann.subjects import Subject

__all__ = ["drive"]


def drive(
    subjects: Sequence[Subject],
    workshop: Workshop,
    data: AnnData,
    *,
    plan: Plan,
    results: Mapping[str, Measured],
    step: Callable[[], None],
) -> None:
    """Let each system's processes search for some seconds at its point of comparison, together.

    Each has asked all queries before (a slow one some), since the index may have been evicted.
    """
    for subject in subjects:
        point = results[subject.name].at
        assert point is not None
        request = {"k": K, "params": point.params}
        for count in plan.processes:
            with ExitStack() as stack:
                workers = [workshop.open(subject, stack) for _ in range(count)]
                asked = plan.slow_block if subject.slow else len(data.queries)
                for worker in workers:
                    ask_block(worker, range(asked), point.params)
                for worker in workers:
                    worker.send("drive", seconds=plan.drive_seconds, **request)
                done = sum(worker.receive("drive")["count"] for worker in workers)
            results[subject.name].qps[count] = done / plan.drive_seconds
            step()
