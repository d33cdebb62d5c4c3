"""Namespaces of a thousand notes: evicted, then opened and asked, ours and peers in turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from memsvc_evals.ann.building import Workshop
from memsvc_evals.ann.cases.context import median_ratio
from memsvc_evals.ann.dataset import AnnData, read_dataset
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.searching import K
from memsvc_evals.ann.subjects import Subject
from memsvc_evals.figures import Figure
from memsvc_evals.load.process import Worker

__all__ = ["small"]

_NOTES = 1000


def small(
    data: AnnData, subjects: Sequence[Subject], *, plan: Plan, folder: Path, step: Callable[[], None]
) -> dict[str, Figure]:
    """Return `small/cold_open_p50/SYSTEM`, `small/cold_open_ratio/OURS/PEER` and what is read."""
    dataset = folder / "small"
    dataset.mkdir()
    np.save(dataset / "x_f16.npy", data.vectors[:_NOTES])
    np.save(dataset / "q_f16.npy", data.queries)
    part = read_dataset(dataset)
    workshop = Workshop(folder / "indexes", part)
    rng = plan.rng()
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    read: dict[str, list[int]] = {subject.name: [] for subject in subjects}
    for subject in subjects:
        workshop.build(subject)
    with ExitStack() as stack:
        workers = {subject.name: workshop.start(subject, stack) for subject in subjects}
        for number in range(plan.rounds):
            block = plan.block_of(number, len(part.queries), size=plan.cold_block)
            for subject in rng.sample(subjects, len(subjects)):
                answer = _ask(workers[subject.name], workshop.index(subject), subject, block)
                times[subject.name].append(float(np.median(answer["us"])))
                read[subject.name] += answer["read_bytes"]
            step()
    return _figures(subjects, times, read)


def _ask(worker: Worker, index: Path, subject: Subject, block: Sequence[int]) -> dict[str, list[int]]:
    params = subject.at or subject.sweep[0]
    answer: dict[str, list[int]] = worker.ask(
        "cold_open", folder=str(index), queries=list(block), k=K, params=params
    )
    return answer


def _figures(
    subjects: Sequence[Subject], times: dict[str, list[float]], read: dict[str, list[int]]
) -> dict[str, Figure]:
    figures = {}
    for name, medians in times.items():
        figures[f"small/cold_open_p50/{name}"] = Figure(float(np.median(medians)), len(medians), unit="us")
        figures[f"small/cold_open_read/{name}"] = Figure(
            float(np.mean(read[name])) / 1024, len(read[name]), unit="KiB"
        )
    for ours in subjects:
        for peer in subjects:
            if ours.ours and not peer.ours:
                ratio = median_ratio(times[ours.name], times[peer.name])
                name = f"small/cold_open_ratio/{ours.name}/{peer.name}"
                figures[name] = Figure(ratio, len(times[ours.name]), unit="ratio")
    return figures
