"""What the guard finds in a question, and in what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from memsvc.domain.guarding import Signal
from memsvc.domain.policies import GuardPolicy
from memsvc.domain.recall import RecallResult
from memsvc.memory.context import Context
from memsvc.memory.guarding.examining import asked
from memsvc.memory.recalling.lookout import Lookout, lookout_of
from memsvc.memory.recalling.question import Question, Range, without
from memsvc.memory.recalling.shared_runs import shared_run

__all__ = ["Suspicion", "flagged", "surprising_words", "suspicion_of"]

_MOST_SPANS: Final = 8
_HITS_READ: Final = 10


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A question without trust in what was flagged of it; `broken` are detectors that could not be asked."""

    question: Question
    lookout: Lookout | None
    signals: tuple[Signal, ...]
    broken: tuple[str, ...]

    @property
    def degraded(self) -> tuple[str, ...]:
        return tuple(f"guard: {detector}" for detector in self.broken)


def suspicion_of(context: Context, question: Question, policy: GuardPolicy) -> Suspicion:
    """Return what the guard of a namespace makes of a question; nothing is embedded for it."""
    broken: list[str] = []
    lookout = lookout_of(context, policy, broken)
    if lookout is None:
        return Suspicion(question, None, (), tuple(broken))
    signals, ranges = surprising_words(lookout, question.text, broken)
    return Suspicion(without(question, ranges), lookout, tuple(signals), tuple(broken))


def surprising_words(lookout: Lookout, text: str, broken: list[str]) -> tuple[list[Signal], Sequence[Range]]:
    """Return what the word model finds in a question, the most surprising first, and the ranges that it flags."""
    signals: list[Signal] = []
    ranges: list[Range] = []
    left = text
    while len(ranges) < _MOST_SPANS:
        finding = asked("wordlm", partial(lookout.model.wordlm.examine, left), broken)
        if finding is None or finding.span is None:
            break
        p = lookout.p_value("wordlm", finding.score, text)
        if p is None:
            break
        start, end = finding.span
        signals.append(Signal("wordlm", finding.score, p, finding.why, finding.span))
        ranges.append((start, end))
        # As many full stops, so that what is left keeps its place and is not read as one sentence.
        left = left[:start] + "." * (end - start) + left[end:]
    return signals, ranges


def flagged(told: RecallResult, suspicion: Suspicion) -> RecallResult:
    """Return the answer with what was found in its question, and in the question and its hits together."""
    broken, signals = list(suspicion.broken), suspicion.signals
    if suspicion.lookout is not None:
        hits = [*told.hits, *(hit for each in told.sessions for hit in each.hits)]
        contents = [hit.note.content for hit in hits[:_HITS_READ]]
        run = asked("runs", partial(shared_run, suspicion.lookout, suspicion.question.text, contents), broken)
        signals = signals if run is None else (*signals, run)
    degraded = tuple(f"guard: {detector}" for detector in broken)
    return replace(told, degraded=(*told.degraded, *degraded), flags=signals)
