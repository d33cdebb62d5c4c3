"""Thoughts that would have closed what is reopened, though they have been closed themselves since."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.thoughts import Judgement, Verdict
from memsvc.memory.guarding.undoing import Run
from memsvc.memory.kept_thoughts import KeptThought, kept_thoughts

__all__ = ["Arrivals", "closed_since"]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When thoughts were first compared with others, as far as the times tell when they were stored."""

    times: Mapping[NoteId, datetime]

    @classmethod
    def of(cls, run: Run, thoughts: Iterable[Note], fallen: Mapping[NoteId, Note]) -> Arrivals:
        """Return the arrivals of thoughts; of those that this rollback has told again, when they had been told."""
        notes = list(thoughts)
        once = [*notes, *(note for note in fallen.values() if note.kind is Kind.THOUGHT)]
        known = sorted({each.ingest_time for each in once if each.ingest_time < run.now})
        again = [note.id for note in notes if note.ingest_time >= run.now]
        told = [each for each in run.writer.derivations.sources(again) if each.role is Role.THOUGHT]
        tellers = {note.id: note for note in run.writer.notes(sorted({each.source for each in told}))}
        times = {note.id: note.ingest_time for note in notes}
        for each in told:
            if each.source in tellers and tellers[each.source].status is not Status.QUARANTINED:
                place = bisect_left(known, tellers[each.source].ingest_time)
                times[each.note] = min(times[each.note], known[place] if place < len(known) else run.now)
        return cls(times)

    def first_met(self, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """Yield all but those that close a thought which an earlier arrival had closed by then, or do so too late.

        That is after the one that would have closed it had been closed itself.
        """
        closed: dict[NoteId, datetime] = {}
        for each in sorted(judgements, key=self._met):
            met = self._met(each)
            closes = each.verdict is Verdict.SUPERSEDE
            if closes and (closed.get(each.newer, met) < met or closed.setdefault(each.older, met) < met):
                continue
            yield each

    def _met(self, judgement: Judgement) -> datetime:
        return max(self.times[judgement.older], self.times[judgement.newer])


def closed_since(
    run: Run, visible: Collection[NoteId], fallen: Mapping[NoteId, Note], *, after: datetime
) -> dict[NoteId, KeptThought]:
    """Return the thoughts closed after a time by one of the visible or fallen ones, in any number of steps.

    Those also that have closed a fallen one and were closed themselves.
    """
    found: dict[NoteId, Note] = {}
    edge = {note.superseded_by for note in fallen.values() if note.superseded_by is not None}
    while edge:
        notes = [note for note in run.writer.notes(sorted(edge)) if note.id not in found and note.id not in fallen]
        found |= {note.id: note for note in notes}
        edge = {note.superseded_by for note in notes if note.superseded_by is not None}
    edge = {*visible, *found}
    while edge:
        closed = [note for note in run.writer.replaced_by(sorted(edge)) if note.id not in found]
        notes = [note for note in closed if note.expired_at is not None and note.expired_at >= after]
        found |= {note.id: note for note in notes}
        edge = {note.id for note in notes}
    return kept_thoughts(run.writer, list(found.values()), statuses={Status.SUPERSEDED})
