"""Several processes give what one gives."""

from __future__ import annotations

import multiprocessing
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import EmbedderUnavailable, InvalidInput, MemsvcError
from memsvc_evals.longmemeval.corpus import Corpora
from memsvc_evals.longmemeval.opening import EmbedderName, RetrieverChoice, RetrieverName
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.retrievers import OfficialBm25Retriever, Retriever
from memsvc_evals.longmemeval.run import Task, one_by_one, run_questions
from memsvc_evals.longmemeval.runs import QuestionRun
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_evals.longmemeval.workers import Opener, Workers, work

pytestmark = pytest.mark.slow


class Failing(OfficialBm25Retriever):
    """Does to questions what their text says."""

    def rank(self, question: Question, corpora: Corpora) -> QuestionRun:
        if question.text == "fail":
            raise EmbedderUnavailable("the embedder is gone")
        if question.text == "die":
            os._exit(9)
        return super().rank(question, corpora)


@contextmanager
def open_failing() -> Iterator[Retriever]:
    yield Failing()


@contextmanager
def open_nothing() -> Iterator[Retriever]:
    raise EmbedderUnavailable("there is no model")
    yield Failing()


@pytest.fixture
def asked(make_question: Callable[..., Question]) -> Callable[..., list[Task]]:
    """Make a task for each text."""

    def make(*texts: str) -> list[Task]:
        haystack: Any = [("answer_b", [("user", "x y", True)]), ("f", [("user", "w", None)])]
        return [Task(make_question(haystack, question_id=f"q{i}", question=t)) for i, t in enumerate(texts)]

    return make


def collect(opener: Opener, tasks: Iterable[Task]) -> list[str]:
    """Return the ids of the questions that were answered, and the error behind them."""
    ids = []
    with Workers(opener, 2) as workers:
        try:
            for outcome in workers.engine(tasks):
                ids.append(outcome.run.question)
        except MemsvcError as error:
            return [*ids, error.detail]
    raise AssertionError("no error")


def test_outcomes_and_logs_are_those_of_one_process(three_file: Path, tmp_path: Path) -> None:
    choice = RetrieverChoice(RetrieverName.HYBRID, EmbedderName.HASHING, cache=tmp_path / "e.sqlite")
    with choice.open() as retriever:
        serial = list(run_questions(read_questions(three_file), one_by_one(retriever), logs=tmp_path / "one"))
    with Workers(choice.open, 2) as workers:
        parallel = list(run_questions(read_questions(three_file), workers.engine, logs=tmp_path / "two"))
        assert workers.config == retriever.config
    assert not any(o.logs for o in parallel + serial)
    assert [o.scores for o in parallel] == [o.scores for o in serial]
    assert [(o.run.sessions, o.run.turns) for o in parallel] == [(o.run.sessions, o.run.turns) for o in serial]
    for name in ("session", "turn"):
        logs = [(tmp_path / f"{run}_retrievallog_{name}").read_text(encoding="utf-8") for run in ("one", "two")]
        assert logs[0] == logs[1]


def test_order_is_that_of_the_tasks(asked: Callable[..., list[Task]]) -> None:
    tasks = asked(*"abcdefghijklmnopqrstuvwxyz")
    with Workers(open_failing, 2) as workers:
        outcomes = list(workers.engine(tasks))
    assert [outcome.run.question for outcome in outcomes] == [task.question.id for task in tasks]


def test_tasks_are_taken_a_few_ahead_only(asked: Callable[..., list[Task]]) -> None:
    taken = []

    def tasks() -> Iterator[Task]:
        for task in asked(*"abcdefghijklmnopqrstuvwxyz"):
            taken.append(task)
            yield task

    with Workers(open_failing, 2) as workers:
        engine = workers.engine(tasks())
        next(engine)
        assert len(taken) <= 9
        engine.close()


def test_error_of_a_worker_comes_after_the_outcomes_before_it(asked: Callable[..., list[Task]]) -> None:
    assert collect(open_failing, asked("a", "b", "fail", "c")) == ["q0", "q1", "the embedder is gone"]


def test_error_of_the_file_comes_after_the_outcomes_before_it(asked: Callable[..., list[Task]]) -> None:
    def tasks() -> Iterator[Task]:
        yield from asked("a", "b")
        raise InvalidInput("cut off")

    assert collect(open_failing, tasks()) == ["q0", "q1", "cut off"]


def test_worker_that_ends_is_told_with_its_exit_code(asked: Callable[..., list[Task]]) -> None:
    assert collect(open_failing, asked("a", "die"))[-1].startswith(
        "a worker process ended in the middle (exit code 9)"
    )


def test_retriever_that_does_not_open_is_told() -> None:
    with pytest.raises(EmbedderUnavailable, match="there is no model"), Workers(open_nothing, 2):
        pass


def test_worker_whose_parent_goes_while_it_sends_a_task_ends_quietly() -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, open_failing))
    process.start()
    theirs.close()
    ours.recv()
    os.write(ours.fileno(), struct.pack("!i", 1000) + b"a part of it")
    ours.close()
    process.join()
    assert process.exitcode == 0


def test_worker_whose_failure_nobody_waits_for_ends_quietly() -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, open_nothing))
    ours.close()
    process.start()
    process.join()
    assert process.exitcode == 0
