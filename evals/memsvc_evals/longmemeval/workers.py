"""Questions ranked in several processes, with outcomes as if one had ranked them all."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self, TypeAlias

from memsvc.errors import MemsvcError, ServerFault
from memsvc_evals.longmemeval.retrievers import Retriever
from memsvc_evals.longmemeval.run import Outcome, Task, do_task

__all__ = ["Opener", "Workers", "work"]

_AHEAD = 4

Opener: TypeAlias = "Callable[[], AbstractContextManager[Retriever]]"
"""What opens a retriever; it has to be picklable, since each process opens its own."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a worker raised; errors do not survive pickling with their fields."""

    kind: type[MemsvcError]
    detail: str


class Workers:
    """Started processes, each with a retriever of its own; leaving the context ends them.

    A worker whose parent is gone, however that ended, sees its pipe close, deletes its store and ends.
    """

    def __init__(self, opener: Opener, count: int) -> None:
        """Start the processes; raises what opening the retriever raises, ServerFault when one just ends."""
        # Not fork: the embedder's threads and SQLite's locks would be copied, and pipes be held open by siblings.
        context = multiprocessing.get_context("spawn")
        self._processes: dict[Connection, BaseProcess] = {}
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs, opener), daemon=True)
            process.start()
            theirs.close()
            self._processes[ours] = process
        self.config: Mapping[str, Any] = {}

    def __enter__(self) -> Self:
        try:
            for pipe in self._processes:
                self.config = _or_raise(self._receive(pipe))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let each worker finish what it does, and wait for its end."""
        for pipe in self._processes:
            pipe.close()
        for process in self._processes.values():
            process.join()

    def engine(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Do tasks in the processes; outcomes come in the order of the tasks.

        At most four tasks per process are begun and not yet yielded. What is raised, by the tasks themselves or
        by a worker, is raised in its place of the order, after the outcomes before it.
        """
        ordered = _InOrder(enumerate(tasks), _AHEAD * len(self._processes))
        idle, busy = list(self._processes), dict[Connection, int]()
        while True:
            while idle and (next_task := ordered.next_task()) is not None:
                pipe = idle.pop()
                busy[pipe] = next_task[0]
                _send(pipe, next_task[1])
            if not busy:
                yield from ordered.outcomes()
                ordered.raise_late()
                return
            ready = wait(list(busy))
            for pipe in [pipe for pipe in busy if pipe in ready]:
                ordered.done[busy.pop(pipe)] = self._receive(pipe)
                idle.append(pipe)
            yield from ordered.outcomes()

    def _receive(self, pipe: Connection) -> Any:
        try:
            return pipe.recv()
        except (EOFError, ConnectionResetError):
            process = self._processes[pipe]
            process.join()
            return _Failure(
                ServerFault, f"a worker process ended in the middle (exit code {process.exitcode}); see above"
            )


class _InOrder:
    """Tasks that go out and answers that come back, put into the order of the tasks again."""

    def __init__(self, tasks: Iterator[tuple[int, Task]], ahead: int) -> None:
        self._tasks = tasks
        self._ahead = ahead
        self._yielded = 0
        self._taken = 0
        self._late: MemsvcError | None = None
        self._ended = False
        self.done: dict[int, Any] = {}

    def next_task(self) -> tuple[int, Task] | None:
        """Return the next task with its number, None when there is none or it would be too far ahead."""
        if self._ended or self._taken - self._yielded >= self._ahead:
            return None
        try:
            found = next(self._tasks, None)
        except MemsvcError as error:
            self._late, found = error, None
        self._ended = found is None
        self._taken += found is not None
        return found

    def outcomes(self) -> Iterator[Outcome]:
        while self._yielded in self.done:
            answer = self.done.pop(self._yielded)
            self._yielded += 1
            yield _or_raise(answer)

    def raise_late(self) -> None:
        if self._late is not None:
            raise self._late


def _or_raise(answer: Any) -> Any:
    if isinstance(answer, _Failure):
        raise answer.kind(answer.detail)
    return answer


def _send(pipe: Connection, task: Task) -> None:
    # A worker that has ended is told of by what is received, with its exit code.
    with suppress(BrokenPipeError, ConnectionResetError):
        pipe.send(task)


def work(pipe: Connection, opener: Opener) -> None:
    """Be a worker: answer with the retriever's configuration, then each task with its outcome."""
    # Ctrl-C reaches the whole group of processes; the parent decides, and closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with opener() as retriever:
            pipe.send(dict(retriever.config))
            while (task := _next_task(pipe)) is not None:
                pipe.send(_answer(task, retriever))
    except MemsvcError as error:
        # The parent is gone already when another worker told it first.
        with suppress(BrokenPipeError, ConnectionResetError):
            pipe.send(_Failure(type(error), error.detail))
    except (BrokenPipeError, ConnectionResetError):
        return


def _next_task(pipe: Connection) -> Task | None:
    """Return what is to do, None when the parent is gone, be it in the middle of a task."""
    try:
        task: Task = pipe.recv()
    except (EOFError, OSError):
        return None
    return task


def _answer(task: Task, retriever: Retriever) -> Outcome | _Failure:
    try:
        return do_task(task, retriever)
    except MemsvcError as error:
        return _Failure(type(error), error.detail)
