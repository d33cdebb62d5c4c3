"""The memory that searching takes, in processes that have done nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from memsvc_evals.ann.building import Workshop
from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.measured import Measured
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.searching import ask_block
from memsvc_evals.ann.subjects import Subject

__all__ = ["measure_memory"]


def measure_memory(
    subjects: Sequence[Subject],
    workshop: Workshop,
    data: AnnData,
    *,
    plan: Plan,
    results: Mapping[str, Measured],
) -> None:
    """Ask all queries at the point of comparison, then see what is held above the imports."""
    for subject in subjects:
        result = results[subject.name]
        assert result.at is not None
        with ExitStack() as stack:
            worker = workshop.open(subject, stack)
            for block in plan.blocks(len(data.queries), slow=subject.slow):
                ask_block(worker, block, result.at.params)
            stats = worker.ask("stats")
        result.anon_bytes, result.file_bytes = stats["anon_bytes"], stats["file_bytes"]
