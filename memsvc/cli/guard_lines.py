"""What the guard found as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from memsvc.cli.output import one_line
from memsvc.cli.shown_text import hidden_letters
from memsvc.domain.guarding import UNCALIBRATED

if TYPE_CHECKING:
    from memsvc.wire import Assessment, CanaryCheck, Explanation, FlaggedNote, Note, QuarantinedNote, Signal

__all__ = ["canary_line", "explained_lines", "flagged_lines", "notable", "p_shown", "quarantined_lines", "rarity"]

_SNIPPET = 160
_NOTABLE = 0.1


def notable(signals: Iterable[Signal]) -> list[Signal]:
    """Return the signals that at most a tenth of harmless notes give, or that are as sure, the rarest first."""
    return sorted((each for each in signals if rarity(each) <= _NOTABLE), key=rarity)


def rarity(signal: Signal) -> float:
    """Return what signals are ordered by: the p-value, or where there is none what is left to being sure."""
    return 1.0 - signal.score if signal.detector in UNCALIBRATED else signal.p


def p_shown(signal: Signal) -> str:
    """Return the p-value; a dash for what is compared with no harmless notes."""
    return "-" if signal.detector in UNCALIBRATED else f"{signal.p:.2g}"


def quarantined_lines(item: QuarantinedNote) -> Iterator[str]:
    """Yield a note that waits, and the finding of the last stage."""
    yield _note_line(item.note)
    for assessment in item.assessments[-1:]:
        yield from _assessment_lines(assessment)


def flagged_lines(flagged: FlaggedNote) -> Iterator[str]:
    done = ", hidden now" if flagged.applied else ""
    yield f"{_note_line(flagged.note)}{done}"
    if flagged.q < 1:
        yield f"  {flagged.q:.2g} of all that hijack as much are expected to be harmless"
    yield from _assessment_lines(flagged.assessment)


def explained_lines(found: Explanation) -> Iterator[str]:
    """Yield all that is known of a note; the pieces that were flagged are quoted on one line each."""
    yield _note_line(found.note)
    for span in found.note.origins:
        yield f"  characters {span.start} to {span.end} are of {span.origin}"
    for source in found.sources:
        yield f"  {source.role} of {source.note}"
    if found.original is not None:
        yield f"  sent as: {_snippet(found.original)}"
        if hidden := hidden_letters(found.original):
            yield f"  hidden in it: {_snippet(hidden)}"
    for assessment in found.assessments:
        yield from _assessment_lines(assessment)
        for signal in notable(assessment.signals):
            if piece := _piece(found, signal):
                yield f"    {signal.detector} at: {_snippet(piece)}"
    if found.review is not None:
        review = found.review
        yield f"  {review.decision} {review.at:%Y-%m-%d %H:%M} by {review.actor}: {one_line(review.reason)}"


def canary_line(check: CanaryCheck) -> str:
    word = "as expected" if not check.entered and not check.left else check.why or "changed"
    mark = "ok" if check.explained else "UNEXPLAINED"
    moved = f" (entered {', '.join(check.entered) or '-'}; left {', '.join(check.left) or '-'})"
    return f"{mark}  {check.canary.id}  {one_line(word)}{moved if check.entered or check.left else ''}"


def _note_line(note: Note) -> str:
    return f"{note.id}  {note.status}  {note.origin}  {note.principal or 'unknown'}  {_snippet(note.content)}"


def _assessment_lines(assessment: Assessment) -> Iterator[str]:
    risk = assessment.ledgers
    yield (
        f"  {assessment.stage}: {assessment.verdict}, risk {risk.risk:.3g} = hijack {risk.hijack:.3g} x influence "
        f"{risk.influence:.3g} x distrust {risk.distrust:.3g}"
    )
    for signal in notable(assessment.signals):
        yield f"    {signal.detector}: p {p_shown(signal)}, score {signal.score:.3g}{_place(signal)}  {signal.why}"
    for name in assessment.degraded:
        yield f"    not asked: {name}"


def _place(signal: Signal) -> str:
    key = "" if signal.key is None else f" of key {signal.key}"
    return "" if signal.span is None else f", characters {signal.span[0]} to {signal.span[1]}{key}"


def _piece(found: Explanation, signal: Signal) -> str:
    text = found.note.content
    if signal.key is not None:
        text = found.keys[signal.key] if signal.key < len(found.keys) else ""
    return "" if signal.span is None else text[signal.span[0] : signal.span[1]]


def _snippet(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1] + "…"
