"""A rare run of words that a question shares with several of its hits: they may be there because of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from memsvc.domain.guarding import Signal
from memsvc.guard.words import cut
from memsvc.memory.recalling.lookout import Lookout

__all__ = ["shared_run"]

_LEAST_SHARING: Final = 2


def shared_run(lookout: Lookout, question: str, contents: Sequence[str]) -> Signal | None:
    """Return a signal when two hits or more hold a run of the question that is rare enough for its policy.

    The score is compared with that of notes among notes (`RareRuns.shared_run`): what they share less often.
    """
    shingles = lookout.model.runs.rare_shingles(question)
    if not shingles:
        return None
    read = [_plain(content) for content in contents]
    for shingle in shingles:
        start, end = shingle.span
        run = _plain(question[start:end])
        sharing = [content for content, plain in zip(contents, read, strict=True) if run in plain]
        if len(sharing) >= _LEAST_SHARING:
            return _signal(lookout, question, sharing)
    return None


def _signal(lookout: Lookout, question: str, sharing: Sequence[str]) -> Signal | None:
    finding = lookout.model.runs.shared_run(question, sharing)
    p = lookout.p_value("runs", finding.score, question)
    return None if p is None else Signal("runs", finding.score, p, finding.why, finding.span)


def _plain(text: str) -> str:
    return f" {' '.join(cut(text).texts).lower()} "
