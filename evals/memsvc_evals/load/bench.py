"""The run: every system gets the same notes and questions, in short streaks interleaved with the others'."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from memsvc_evals.load.exact import exactness
from memsvc_evals.load.process import Answer, Worker
from memsvc_evals.load.systems import System
from memsvc_evals.load.workload import Workload

__all__ = ["KS", "Measured", "Plan", "measure"]

KS = (60, 10)
# A user's first question may have to open what the store keeps of that user, so it is a figure of its own.
RECALLS = (("first_recall", 60), ("recall@60", 60), ("recall@10", 10))
# So many samples of one operation follow each other in one system before the next has its turn: with a single one
# each would find its caches emptied by the others, and the figure would be that of the processor's memory.
STREAK = 10
_SEED = 11


@dataclass(frozen=True, slots=True)
class Plan:
    """How many samples of each operation; adds use the notes after the stored ones."""

    adds: int = 100
    recalls: int = 200
    deletes: int = 50


@dataclass(slots=True)
class Measured:
    """Seconds by operation, exactness by k, and resident bytes, of one system."""

    bulk_seconds: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    exact: dict[int, list[float]] = field(default_factory=dict)
    resident_bytes: int = 0
    reopen_seconds: float | None = None

    def sample(self, operation: str, seconds: float) -> None:
        self.seconds.setdefault(operation, []).append(seconds)


@dataclass(frozen=True, slots=True)
class Asked:
    """A filtered question, under the name of the operation that it is a sample of."""

    name: str
    question: int
    user: int
    k: int


def measure(
    systems: Sequence[System], workload: Workload, *, plan: Plan, folder: Path, step: Callable[[], None]
) -> dict[str, Measured]:
    """Load, then add, recall and delete streak by streak, a system after the other, then open again."""
    dataset = folder / "dataset"
    dataset.mkdir()
    workload.save(dataset)
    results = {system.name: Measured() for system in systems}
    with ExitStack() as stack:
        workers = []
        for system in systems:
            workers.append(_started(system, stack, folder, dataset))
            call = workers[-1].call("bulk_add", notes=list(range(workload.stored)))
            results[system.name].bulk_seconds = call.seconds
            step()
        _interleaved(workers, workload, plan=plan, results=results, step=step)
        for system, worker in zip(systems, workers, strict=True):
            results[system.name].resident_bytes = _resident(worker.pid, in_child=system.in_child)
    for system in systems:
        if system.persistent:
            results[system.name].reopen_seconds = _reopen(system, folder, dataset)
        step()
    return results


def _started(system: System, stack: ExitStack, folder: Path, dataset: Path) -> Worker:
    store = folder / system.name
    store.mkdir(exist_ok=True)
    worker = system.start(stack, dataset=dataset, log=folder / f"{system.name}.log")
    _rehearse(worker, system)
    worker.call("open", folder=str(store))
    return worker


def _rehearse(worker: Worker, system: System) -> None:
    """Warm the worker's process; where the store is in a child the start of that is measured as it is."""
    if not system.in_child:
        worker.call("rehearse")


def _interleaved(
    workers: Sequence[Worker],
    workload: Workload,
    *,
    plan: Plan,
    results: dict[str, Measured],
    step: Callable[[], None],
) -> None:
    """Run streaks of one operation in a shuffled order that is the same for all, each system in its turn."""
    rng = random.Random(_SEED)
    fresh = iter(range(workload.stored, len(workload.texts)))
    doomed = iter(rng.sample(range(workload.stored), plan.deletes))
    gone: set[int] = set()
    for number, (operation, count) in enumerate(_streaks(plan, rng)):
        turn = number % len(workers)
        rotated = [*workers[turn:], *workers[:turn]]
        if operation == "recall":
            questions = [asked for _ in range(count) for asked in _asked(workload, rng)]
            for worker in rotated:
                answers = [worker.call("recall", question=a.question, user=a.user, k=a.k) for a in questions]
                _judge(workload, results[worker.name], questions, answers, gone=gone)
        else:
            notes = [next(fresh if operation == "add" else doomed) for _ in range(count)]
            for worker in rotated:
                for note in notes:
                    results[worker.name].sample(operation, worker.call(operation, note=note).seconds)
            if operation == "delete":
                gone.update(notes)
        for _ in range(count):
            step()


def _streaks(plan: Plan, rng: random.Random) -> list[tuple[str, int]]:
    streaks = []
    for operation, samples in (("add", plan.adds), ("recall", plan.recalls), ("delete", plan.deletes)):
        whole, rest = divmod(samples, STREAK)
        streaks += [(operation, STREAK)] * whole + [(operation, rest)] * (rest > 0)
    rng.shuffle(streaks)
    return streaks


def _asked(workload: Workload, rng: random.Random) -> list[Asked]:
    user = rng.randrange(workload.users)
    return [Asked(name, rng.randrange(len(workload.questions)), user, k) for name, k in RECALLS]


def _judge(
    workload: Workload,
    result: Measured,
    questions: Sequence[Asked],
    answers: Sequence[Answer],
    *,
    gone: set[int],
) -> None:
    for asked, answer in zip(questions, answers, strict=True):
        result.sample(asked.name, answer.seconds)
        share = exactness(workload, answer.notes, question=asked.question, user=asked.user, k=asked.k, gone=gone)
        result.exact.setdefault(asked.k, []).append(share)


def _resident(pid: int, *, in_child: bool) -> int:
    process = psutil.Process(pid)
    processes = process.children(recursive=True) if in_child else [process]
    return sum(int(part.memory_info().rss) for part in processes)


def _reopen(system: System, folder: Path, dataset: Path) -> float:
    """Return the seconds of opening in a new process up to the first answer."""
    with ExitStack() as stack:
        worker = system.start(stack, dataset=dataset, log=folder / f"{system.name}.log")
        _rehearse(worker, system)
        opened = worker.call("open", folder=str(folder / system.name))
        answer = worker.call("recall", question=0, user=0, k=KS[0])
        return opened.seconds + answer.seconds
