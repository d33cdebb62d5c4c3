"""One run: rank each question once, score, log, keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TypeAlias

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.averages import QuestionScores, score_question
from memsvc_evals.longmemeval.official_log import log_entry
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.retrievers import Retriever
from memsvc_evals.longmemeval.runs import QuestionRun, RunFolder

__all__ = ["Engine", "Outcome", "Task", "do_task", "one_by_one", "run_questions"]

_GRANULARITIES = ("session", "turn")


@dataclass(frozen=True, slots=True)
class Task:
    """A question to rank and score; `known` is its ranking from an earlier run, `logged` asks for log lines."""

    question: Question
    known: QuestionRun | None = None
    logged: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`logs` holds a line of the official retrieval log by granularity; `resumed` says that nothing was ranked."""

    scores: QuestionScores
    run: QuestionRun
    resumed: bool = False
    logs: Mapping[str, str] = field(default_factory=dict)


Engine: TypeAlias = "Callable[[Iterable[Task]], Iterator[Outcome]]"
"""What does tasks: one outcome for each, in their order."""


def do_task(task: Task, retriever: Retriever) -> Outcome:
    """Rank and score one question."""
    question = task.question
    corpora = retriever.corpora(question)
    run = task.known or retriever.rank(question, corpora)
    scores = score_question(question, corpora, sessions=run.sessions, turns=run.turns)
    logs = {
        name: json.dumps(log_entry(question, corpora, run, scores, granularity=name), ensure_ascii=False) + "\n"
        for name in (_GRANULARITIES if task.logged else ())
    }
    return Outcome(scores, run, task.known is not None, logs)


def one_by_one(retriever: Retriever) -> Engine:
    """Return the engine of this process."""

    def engine(tasks: Iterable[Task]) -> Iterator[Outcome]:
        return (do_task(task, retriever) for task in tasks)

    return engine


def run_questions(
    questions: Iterable[Question],
    engine: Engine,
    *,
    folder: RunFolder | None = None,
    logs: Path | None = None,
) -> Iterator[Outcome]:
    """Yield each question's outcome; what the folder has already is only scored.

    `logs` is the prefix of the two official retrieval logs (session and turn). An outcome is in the folder and in
    the logs when it is yielded, whatever is raised for a later question. Its log lines are dropped then, as they
    hold the whole haystack.
    """
    with ExitStack() as stack:
        files = _open_logs(stack, logs)
        tasks = (Task(q, folder.get(q.id) if folder else None, logs is not None) for q in questions)
        for outcome in engine(tasks):
            if folder and not outcome.resumed:
                folder.put(outcome.run)
            for granularity, line in outcome.logs.items():
                files[granularity].write(line)
            yield replace(outcome, logs={})


def _open_logs(stack: ExitStack, prefix: Path | None) -> dict[str, IO[str]]:
    if prefix is None:
        return {}
    try:
        return {
            name: stack.enter_context(open(f"{prefix}_retrievallog_{name}", "w", encoding="utf-8"))
            for name in _GRANULARITIES
        }
    except OSError as error:
        raise InvalidInput(f"cannot write the retrieval logs at {prefix}: {error.strerror or error}") from error
