"""One run of a judge over hypotheses, and the check how often it contradicts itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from memsvc_evals.longmemeval.answering.threads import Failed, in_threads, stop_when_down
from memsvc_evals.longmemeval.judging.judge import Judge, Verdict
from memsvc_evals.longmemeval.judging.judged import JudgedQuestion
from memsvc_evals.longmemeval.judging.results import ResultFile

__all__ = ["FlipCheck", "check_flips", "judge_all"]


@dataclass(frozen=True, slots=True)
class FlipCheck:
    """Of `judged_again` verdicts, those questions where the judge said otherwise the second time."""

    judged_again: int
    flipped: tuple[str, ...]


def judge_all(
    judge: Judge,
    questions: Mapping[str, JudgedQuestion],
    hypotheses: Mapping[str, str],
    results: ResultFile,
    *,
    threads: int = 1,
    on_question: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """Judge each hypothesis on one of the questions that has no verdict yet; return those that failed.

    Raises LlmUnavailable or LlmRefused when the judge is down; what was judged until then is kept.
    """
    wanted = [identity for identity in questions if identity in hypotheses and identity not in results.verdicts]
    failed = []

    def judged(identity: str) -> Verdict:
        return judge.verdict(questions[identity], hypotheses[identity])

    for outcome in stop_when_down(in_threads(judged, wanted, threads=threads)):
        if isinstance(outcome, Failed):
            failed.append(outcome.item)
        else:
            results.put(outcome)
        on_question()
    return tuple(failed)


def check_flips(
    judge: Judge,
    questions: Mapping[str, JudgedQuestion],
    verdicts: Mapping[str, Verdict],
    *,
    sample: int,
    threads: int = 1,
) -> FlipCheck:
    """Judge up to `sample` verdicts again, always the same of a file; one that fails now is not counted."""
    known = sorted((name for name in verdicts if name in questions), key=_shuffled)[:sample]

    def again(identity: str) -> tuple[str, bool]:
        first = verdicts[identity]
        return identity, judge.verdict(questions[identity], first.hypothesis).label is not first.label

    outcomes = stop_when_down(in_threads(again, known, threads=threads))
    done = [outcome for outcome in outcomes if not isinstance(outcome, Failed)]
    return FlipCheck(len(done), tuple(identity for identity, flipped in done if flipped))


def _shuffled(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()
