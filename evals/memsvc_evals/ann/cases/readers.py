"""One to four reading processes, alone and beside one that writes."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from memsvc_evals.ann.cases.context import Context
from memsvc_evals.ann.cases.shared import SharedJournal
from memsvc_evals.ann.ours.opening import open_index
from memsvc_evals.figures import Figure
from memsvc_evals.load.process import Worker
from memsvc_evals.load.systems import System, our_paths

__all__ = ["readers"]

_FORMS = ("flat", "paged")
_COUNTS = (1, 2, 4)
_BATCH = 64
_DELETES = 16


def readers(context: Context, dataset: Path) -> dict[str, Figure]:
    """Return `FORM/readers/qps@N` without a writer, and with one: wrong answers and the mean recall.

    `FORM/readers/scaling` is the rate of two processes over that of one.
    """
    figures: dict[str, Figure] = {}
    for form in _FORMS:
        figures |= _form(context, dataset, form)
    return figures


def _form(context: Context, dataset: Path, form: str) -> dict[str, Figure]:
    folder = context.folder / f"readers-{form}"
    half = len(context.vectors) // 2
    path = context.folder / f"journal-{form}.npy"
    journal = SharedJournal.create(path, context.vectors, room=8 * len(context.vectors))
    journal.append(range(1, half + 1))
    index = open_index(folder, form)
    source = journal.source()
    index.rebuild(source, source.state())
    index.close()
    system = System(
        f"reader-{form}",
        (sys.executable, "-m", "memsvc_evals.ann.cases.reader", str(dataset), str(path), str(folder)),
        our_paths(),
        form,
    )
    with ExitStack() as stack:
        log = context.folder / "readers.log"
        workers = [system.start(stack, log=log) for _ in range(max(_COUNTS))]
        rates = {count: _rate(workers[:count], context.seconds) for count in _COUNTS}
        checked = _beside_writer(workers, context, journal, folder, form)
    figures = {f"{form}/readers/qps@{count}": Figure(rate, 1, unit="1/s") for count, rate in rates.items()}
    return figures | checked | {f"{form}/readers/scaling": Figure(rates[2] / rates[1], 1, unit="ratio")}


def _rate(workers: Sequence[Worker], seconds: float) -> float:
    for worker in workers:
        worker.ask("read", seconds=seconds / 2, check=False)
    for worker in workers:
        worker.send("read", seconds=seconds, check=False)
    return float(sum(worker.receive("read")["count"] for worker in workers) / seconds)


def _beside_writer(
    workers: Sequence[Worker], context: Context, journal: SharedJournal, folder: Path, form: str
) -> dict[str, Figure]:
    for worker in workers:
        worker.send("read", seconds=context.seconds, check=True)
    changes = _write(context, journal, folder, form)
    answers = [worker.receive("read") for worker in workers]
    recalls = [share for answer in answers for share in answer["recalls"]]
    return {
        f"{form}/readers/wrong": Figure(sum(answer["wrong"] for answer in answers), len(recalls), unit="answers"),
        f"{form}/readers/recall@10": Figure(float(np.mean(recalls)), len(recalls)),
        f"{form}/readers/changes": Figure(changes, 1, unit="notes"),
    }


def _write(context: Context, journal: SharedJournal, folder: Path, form: str) -> int:
    """Insert and delete in batches, and save each, until the time is over; return the number of changes."""
    index, rng = open_index(folder, form), context.rng()
    living = list(range(1, journal.count + 1))
    fresh, changes, end = len(living) + 1, 0, time.perf_counter() + context.seconds
    while time.perf_counter() < end:
        new = list(range(fresh, fresh + _BATCH))
        gone = [living.pop(rng.randrange(len(living))) for _ in range(_DELETES)]
        fresh += _BATCH
        living += new
        journal.append([*new, *(-note for note in gone)])
        source = journal.source()
        index.save(source, source.state())
        changes += _BATCH + _DELETES
    index.close()
    return changes
