"""Jobs that look again at notes which share a rare run with one that was stored, or quarantined, since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.guarding import Assessment, Stage
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import GUARD_PROBE, NewJob, Priority
from memsvc.domain.notes import Json, Note
from memsvc.guard.runs import RareRuns
from memsvc.memory.guarding.accomplices import flagged_texts
from memsvc.ports.storage import Reader, Writer

__all__ = ["Blamed", "blamed", "look_again", "look_for_accomplices"]

_NOTES_PER_JOB: Final = 20
# More than an attacker plants with one trigger; a quarter of a second each.
_MOST: Final = 32
# Of these the first that are neither reviewed nor known for accomplices are taken.
_MOST_READ: Final = 64


@dataclass(frozen=True, slots=True)
class Blamed:
    """A note that is quarantined for a run of words: hashes of the shingles in the words it is quarantined for."""

    note: NoteId
    trust: float
    shingles: tuple[int, ...]


def blamed(
    reader: Reader, runs: RareRuns, note: Note | NoteDraft, assessment: Assessment, *, alpha: float
) -> Blamed | None:
    """Return what a note's accomplices are found by; None when no words of it are what quarantines it."""
    parts = flagged_texts(reader, note.id, note.content, [assessment], alpha=alpha)
    hashes = dict.fromkeys(shingle.hash for part in parts for shingle in runs.rare_shingles(part))
    return Blamed(note.id, note.trust, tuple(hashes)) if hashes else None


def look_again(note: NoteId, partners: Sequence[NoteId]) -> NewJob:
    """Return the job that probes, beside a new note, those that share a run with it too rare for chance."""
    payload: dict[str, Json] = {"notes": list(partners), "beside": [note]}
    return NewJob(GUARD_PROBE, f"{GUARD_PROBE}:beside:{note}", payload, priority=Priority.LOW)


def look_for_accomplices(
    writer: Writer, found: Iterable[Blamed], *, now: datetime, but: Collection[NoteId] = ()
) -> None:
    """Queue probes of the notes, `but` some, that share words with these, in the transaction that hides these.

    Of each at most 32 visible notes that are trusted no more than it and are not reviewed, those that share most;
    each once, though several of these may share words with it: its probe looks for further ones itself. No note is
    looked at again whose last probe or scan knows it for an accomplice, and what is hidden for that alone has no
    accomplices: so this ends.
    """
    listed = set(but)
    for each in found:
        notes = [note for note in _sharing(writer, each) if note not in listed]
        listed.update(notes)
        for job in _jobs(each.note, notes):
            writer.enqueue(job, at=now)


def _sharing(reader: Reader, found: Blamed) -> list[NoteId]:
    """Return the notes to look at, trusted as much or less: more trusted ones that share the words take places."""
    held = reader.guard.sharing(sorted(found.shingles), most=_MOST_READ)
    counts = Counter(row for rows in held.values() for row in rows)
    most = sorted(counts, key=lambda row: (-counts[row], -row))[:_MOST_READ]
    notes = [note for note in reader.notes_by_row(most) if note.trust <= found.trust and note.id != found.note]
    ids = [note.id for note in notes]
    assessed, reviewed = reader.guard.assessments(ids), reader.guard.reviews(ids)
    return [note for note in ids if note not in reviewed and not _is_known(note, assessed)][:_MOST]


def _is_known(note: NoteId, assessed: Mapping[NoteId, Sequence[Assessment]]) -> bool:
    # Of those of one moment the last: by then the earlier stage was over.
    full = [each for each in assessed.get(note, ()) if each.stage is not Stage.WRITE]
    last = sorted(full, key=lambda each: each.at)[-1:]
    return any(signal.detector == "accomplice" for each in last for signal in each.signals)


def _jobs(note: NoteId, notes: Sequence[NoteId]) -> Iterator[NewJob]:
    """Yield a job a batch, named by its notes: beside whichever they are looked at, they find all of these."""
    for start in range(0, len(notes), _NOTES_PER_JOB):
        batch = notes[start : start + _NOTES_PER_JOB]
        name = blake2b(" ".join(sorted(batch)).encode(), digest_size=16).hexdigest()
        payload: dict[str, Json] = {"notes": list(batch), "beside": [note]}
        yield NewJob(GUARD_PROBE, f"{GUARD_PROBE}:accomplices:{name}", payload, priority=Priority.LOW)
