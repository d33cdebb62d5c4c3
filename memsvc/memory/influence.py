"""How much a note may do in an answer: by its own state, by the words that find it, by what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from memsvc.domain.filters import And, Compare
from memsvc.domain.notes import TRUST_OF_ORIGIN, Kind, Note, Origin, Status
from memsvc.domain.recall import Influence, InfluenceReason, Standing
from memsvc.domain.selection import Selection
from memsvc.ports.storage import Reader

__all__ = ["FULL", "Judge", "of_full_influence", "own_standing"]

FULL = Standing()
_PAST = frozenset({Status.SUPERSEDED, Status.MERGED})
_SUSPECT = frozenset({Status.LIMITED, Status.QUARANTINED})


def own_standing(note: Note, least: Origin) -> Standing:
    """Return what a note may do by its status and origin; `least` is the least trusted one of full influence."""
    if note.status in _PAST:
        return Standing(Influence.EVIDENCE_ONLY, InfluenceReason.HIDDEN)
    if note.status not in (Status.ACTIVE, Status.LIMITED):
        return Standing(Influence.NONE, InfluenceReason.HIDDEN)
    if TRUST_OF_ORIGIN[note.origin] < TRUST_OF_ORIGIN[least]:
        return Standing(Influence.EVIDENCE_ONLY, InfluenceReason.ORIGIN)
    if note.status is Status.LIMITED:
        return Standing(Influence.EVIDENCE_ONLY, InfluenceReason.LIMITED)
    return FULL


def of_full_influence(selection: Selection, least: Origin) -> Selection:
    """Return the selection without the notes that `own_standing` gives less than full influence."""
    origins = tuple(str(each) for each in Origin if TRUST_OF_ORIGIN[each] >= TRUST_OF_ORIGIN[least])
    trusted = Compare("origin", "in", origins)
    condition = trusted if selection.condition is None else And((selection.condition, trusted))
    return replace(selection, statuses=selection.statuses & {Status.ACTIVE}, condition=condition)


@dataclass(frozen=True, slots=True)
class Judge:
    """Says what each note of an answer may do.

    `found` are the rows that the trusted part of the question finds, None where all of it is trusted; another
    note is evidence, for the reason `lacks`. `raised_by` is the candidates' own; a note that stands `alone` was
    found by itself, whoever raises it besides.
    """

    least: Origin
    lacks: InfluenceReason
    found: Collection[int] | None
    raised_by: Mapping[int, tuple[int, ...]]
    alone: Collection[int]

    def standings(self, reader: Reader, notes: Sequence[Note]) -> list[Standing]:
        """Return the standing of each note that was found."""
        own = [own_standing(note, self.least) for note in notes]
        asked = [
            note
            for note, standing in zip(notes, own, strict=True)
            if standing == FULL and (self.found is None or note.row in self.found)
        ]
        resting = self._resting(reader, asked) | _told(reader, asked, self.least)
        return [
            standing if standing != FULL else self._by_question(note.row, resting)
            for note, standing in zip(notes, own, strict=True)
        ]

    def beside(self, reader: Reader, note: Note, hit: Standing) -> Standing:
        """Return the standing of a note that comes along with a hit.

        It is no higher than the hit's; where untrusted words were asked too, the trusted ones must find it itself.
        """
        own = own_standing(note, self.least)
        if own != FULL:
            return own
        told = _told(reader, [note], self.least)
        if self.found is not None:
            return self._by_question(note.row, told)
        return told.get(note.row, FULL) if hit == FULL else Standing(Influence.EVIDENCE_ONLY, hit.reason)

    def _by_question(self, row: int, resting: Mapping[int, Standing]) -> Standing:
        if self.found is not None and row not in self.found:
            return Standing(Influence.EVIDENCE_ONLY, self.lacks)
        return resting.get(row, FULL)

    def _resting(self, reader: Reader, notes: Sequence[Note]) -> dict[int, Standing]:
        """Return the notes that nothing found but what has less than full influence."""
        leaning = {
            note.row: self.raised_by[note.row]
            for note in notes
            if note.row in self.raised_by and note.row not in self.alone
        }
        if not leaning:
            return {}
        rows = sorted({row for others in leaning.values() for row in others})
        known = {note.row: own_standing(note, self.least) for note in reader.notes_by_row(rows)}
        lowered = {}
        for row, others in leaning.items():
            standings = [known[other] for other in others if other in known]
            if standings and FULL not in standings:
                lowered[row] = Standing(Influence.EVIDENCE_ONLY, standings[0].reason)
        return lowered


def _told(reader: Reader, notes: Sequence[Note], least: Origin) -> dict[int, Standing]:
    """Return the thoughts that were made from a note which is not trusted, or not any more."""
    thoughts = [note.row for note in notes if note.kind is Kind.THOUGHT]
    if not thoughts:
        return {}
    products, sources = reader.derivations.source_rows(thoughts)
    suspect = {
        note.row: Standing(Influence.EVIDENCE_ONLY, own_standing(note, least).reason)
        for note in reader.notes_by_row(sorted(set(sources.tolist())))
        if note.status in _SUSPECT or TRUST_OF_ORIGIN[note.origin] < TRUST_OF_ORIGIN[least]
    }
    pairs = zip(products.tolist(), sources.tolist(), strict=True)
    return {product: suspect[source] for product, source in pairs if source in suspect}
