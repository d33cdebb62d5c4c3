"""Notes that share a run of words with a quarantined note, in the words that this one was quarantined for.

Of notes that are planted with one trigger most are found, but whoever plants them needs only one that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from typing import Final

from memsvc.domain.guarding import Assessment, Decision, Signal, Stage, Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Key, Note, Status
from memsvc.guard.decide import ALPHAS_OF_ACCOMPLICE, adjusted_p
from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.normalize import normalised
from memsvc.guard.runs import RareRuns, SharedRun
from memsvc.guard.wordlm import Reading
from memsvc.guard.words import cut
from memsvc.memory.guarding.examining import Examined, asked
from memsvc.ports.storage import Reader

__all__ = ["accomplice_of", "flagged_texts"]

# Those that say where a trigger is, by what the note itself says.
_LOCATING: Final = frozenset({"wordlm", "transplant", "runs"})
# Harmless notes that are quarantined by mistake are so by little, and those like them, such as forms, are many.
_ALPHAS_OF_CULPRIT: Final = 0.5
_LEAST_BITS: Final = 30.0
_LEAST_SHARE: Final = 0.5
# What more visible notes hold, or notes most of which look ordinary, is a phrase of the house, which one mistake
# must not turn against all of these.
_MOST_HOLDERS: Final = 64
_HOLDERS_ASKED: Final = 12


@dataclass(frozen=True, slots=True)
class _Culprit:
    """A quarantined note's content, and the parts of its texts that it was quarantined for."""

    content: str = field(repr=False)
    flagged: tuple[str, ...] = field(repr=False)


def accomplice_of(
    reader: Reader,
    runs: RareRuns,
    examined: Examined,
    notes: Sequence[Note],
    *,
    trust: float,
    alpha: float,
    but: NoteId | None = None,
    broken: list[str] | None = None,
) -> Finding:
    """Return the rarest run that a text, of the note `but`, shares with one of these notes, in what that was
    quarantined for.

    Nothing is read where none of them is quarantined. With `broken` a failure is named there.
    """
    found = _culprits(reader, notes, trust=trust, alpha=alpha)
    if not found:
        return NOTHING_FOUND
    ask = partial(_accomplice, runs, examined.reading, found)
    shared = ask() if broken is None else asked("accomplice", ask, broken) or NOTHING_FOUND
    if shared.span is None:
        return NOTHING_FOUND
    start, end = shared.span
    hashes = [each.hash for each in examined.shingles if start <= each.span[0] and each.span[1] <= end]
    return NOTHING_FOUND if _is_of_the_house(reader, hashes, trust=trust, alpha=alpha, but=but) else shared


def _culprits(reader: Reader, notes: Sequence[Note], *, trust: float, alpha: float) -> list[_Culprit]:
    """Return which notes are quarantined for a run of words, are trusted at least so much, and were not released.

    Were less trusted ones to count, whoever quotes a user's note in a document full of a trigger could have that
    hidden. What is only an accomplice itself, or repeats a quarantined note, or does harm but hijacks nothing, is
    no culprit.
    """
    hidden = [note for note in notes if note.status is Status.QUARANTINED and note.trust >= trust]
    ids = [note.id for note in hidden]
    assessed, reviews = (reader.guard.assessments(ids), reader.guard.reviews(ids)) if ids else ({}, {})
    found = []
    for note in hidden:
        review = reviews.get(note.id)
        if review is None or review.decision is not Decision.RELEASED:
            flagged = flagged_texts(reader, note.id, note.content, assessed.get(note.id, ()), alpha=alpha)
            if flagged:
                found.append(_Culprit(normalised(note.content), tuple(flagged)))
    return found


def flagged_texts(
    reader: Reader, note: NoteId, content: str, assessed: Iterable[Assessment], *, alpha: float
) -> list[str]:
    """Return the parts of a quarantined note's content and keys each of which half of alpha would quarantine."""
    blamed = [
        signal
        for each in assessed
        if each.verdict is Verdict.QUARANTINE
        for signal in each.signals
        if signal.detector in _LOCATING and adjusted_p([signal]) <= _ALPHAS_OF_CULPRIT * alpha
    ]
    keys = reader.keys(note) if any(signal.key is not None for signal in blamed) else []
    return list(dict.fromkeys(_flagged(content, keys, blamed)))


def _flagged(content: str, keys: Sequence[Key], signals: Iterable[Signal]) -> Iterator[str]:
    for signal in signals:
        if signal.span is None or (signal.key is not None and signal.key >= len(keys)):
            continue
        text = normalised(content) if signal.key is None else keys[signal.key].text_in(content)
        yield text[slice(*signal.span)]


def _accomplice(runs: RareRuns, reading: Reading, found: Sequence[_Culprit]) -> Finding:
    """Return the rarest run that a text shares with a culprit in what that one was quarantined for."""
    shared = [
        run
        for each in found
        if (run := runs.rarest(reading, [each.content])) is not None
        and run.bits >= _LEAST_BITS
        and _is_flagged(run, reading, each)
    ]
    if not shared:
        return NOTHING_FOUND
    rarest = max(shared, key=lambda run: run.bits)
    why = (
        f"shares a run of {rarest.bits:.0f} bits with a quarantined note, "
        "in the words that one was quarantined for"
    )
    return Finding(1.0, rarest.span, why)


def _is_flagged(run: SharedRun, reading: Reading, culprit: _Culprit) -> bool:
    """Tell whether half of a run's characters or more are words in a row of one flagged part."""
    mine = cut(reading.text[slice(*run.span)]).lowered
    for part in culprit.flagged:
        theirs = cut(part).lowered
        match = SequenceMatcher(None, mine, theirs, autojunk=False).find_longest_match()
        if len(" ".join(mine[match.a : match.a + match.size])) >= _LEAST_SHARE * len(" ".join(mine)):
            return True
    return False


def _is_of_the_house(
    reader: Reader, hashes: Sequence[int], *, trust: float, alpha: float, but: NoteId | None
) -> bool:
    """Return whether the shingles of a run are held by more notes, trusted so much, than anybody plants, or by
    notes of which most were probed and are not even suspicious enough for an accomplice.
    """
    held = reader.guard.sharing(hashes, most=_MOST_HOLDERS + 1, least_trust=trust) if hashes else {}
    if hashes and all(len(held.get(each, ())) > _MOST_HOLDERS for each in hashes):
        return True
    rows = sorted({row for each in held.values() for row in each}, reverse=True)[:_HOLDERS_ASKED]
    notes = [note.id for note in reader.notes_by_row(rows) if note.id != but] if rows else []
    probed = [
        max(costly, key=lambda each: each.at)
        for assessed in reader.guard.assessments(notes).values()
        if (costly := [each for each in assessed if each.stage is not Stage.WRITE])
    ]
    ordinary = [each for each in probed if adjusted_p(each.signals) > ALPHAS_OF_ACCOMPLICE * alpha]
    return 2 * len(ordinary) > len(probed)
