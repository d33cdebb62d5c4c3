"""One run: each question of a log is read and its answer kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from memsvc_agents.reading.budget import Fitted
from memsvc_agents.reading.reader import Reader, Reading
from memsvc_evals.longmemeval.answering.hypotheses import HypothesisFile, ReadingRecord
from memsvc_evals.longmemeval.answering.log import LoggedQuestion, read_log
from memsvc_evals.longmemeval.answering.threads import Failed, in_threads, stop_when_down
from memsvc_evals.longmemeval.answering.values import evidence_is_in, items_of
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache

__all__ = ["AnswerCounts", "ReadPlan", "answer_log"]


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What of a log is read: so many places of each question, of `limit` questions (None: all) after `offset`."""

    top_k: int = 10
    offset: int = 0
    limit: int | None = None
    threads: int = 1
    facts: ExpansionCache | None = None


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """Questions of a run; `kept` were answered before."""

    answered: int
    failed: int
    kept: int

    @property
    def questions(self) -> int:
        return self.answered + self.failed + self.kept


def answer_log(
    log: Path,
    reader: Reader,
    out: HypothesisFile,
    plan: ReadPlan,
    *,
    on_question: Callable[[], None] = lambda: None,
) -> AnswerCounts:
    """Answer each question of the plan that has no answer yet; a failed one is recorded and left without.

    Raises InvalidInput for a wrong log, LlmUnavailable or LlmRefused when the model is down; what was answered
    until then is kept.
    """
    answered = failed = kept = 0

    def unanswered() -> Iterator[LoggedQuestion]:
        nonlocal kept
        end = None if plan.limit is None else plan.offset + plan.limit
        for logged in islice(read_log(log), plan.offset, end):
            if out.has(logged.question.id):
                kept += 1
                on_question()
            else:
                yield logged

    def read(logged: LoggedQuestion) -> tuple[LoggedQuestion, Reading]:
        items = items_of(logged, plan.top_k, plan.facts)
        question = logged.question
        return logged, reader.read(question.text, items, today=question.date)

    outcomes = in_threads(read, unanswered(), threads=plan.threads)
    for outcome in stop_when_down(outcomes):
        if isinstance(outcome, Failed):
            failed += 1
            out.put(_failure(outcome.item, plan.top_k, outcome.error.code), None)
        else:
            answered += 1
            out.put(_record(*outcome), outcome[1].answer)
        on_question()
    return AnswerCounts(answered, failed, kept)


def _record(logged: LoggedQuestion, reading: Reading) -> ReadingRecord:
    fitted, ids = reading.fitted, logged.ids
    return ReadingRecord(
        question_id=logged.question.id,
        evidence_read=evidence_is_in(logged, _whole_turns(fitted)),
        items=tuple(ids[item.rank] for item in sorted(fitted.kept, key=lambda item: item.rank)),
        dropped=tuple(ids[item.rank] for item in fitted.dropped),
        shortened=ids[fitted.shortened.rank] if fitted.shortened else None,
        model=reading.model,
        calls=reading.calls,
        prompt_tokens=reading.prompt_tokens,
        completion_tokens=reading.completion_tokens,
        cut=reading.cut,
        reply=reading.reply,
    )


def _whole_turns(fitted: Fitted) -> dict[int, int | None]:
    """Return, for each rank read, how many of its turns were read whole; of a shortened item the last was not."""
    cut = fitted.shortened.rank if fitted.shortened else None
    return {item.rank: len(item.turns) - 1 if item.rank == cut else None for item in fitted.kept}


def _failure(logged: LoggedQuestion, top_k: int, code: str) -> ReadingRecord:
    found = dict.fromkeys(range(min(top_k, len(logged.places))))
    return ReadingRecord(logged.question.id, evidence_is_in(logged, found), items=logged.ids[:top_k], error=code)
