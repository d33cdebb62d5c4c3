"""What the guard keeps of one namespace, in memory, as a reader sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.derivations import Role
from memsvc.domain.guarding import Assessment, AuditEntry, Canary, Decision, Review, Stage, Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.selection import VISIBLE
from memsvc.ports.guard import HOLDERS_READ
from memsvc.ports.ranking import Rows
from memsvc_stores.memory.guard_state import GuardData
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryReadGuard"]


class MemoryReadGuard:
    """Without a namespace there is nothing but its audit log."""

    def __init__(self, data: NamespaceData | None, chain: Sequence[AuditEntry]) -> None:
        self._data = data
        self._chain = chain

    def assessments(self, notes: Sequence[NoteId]) -> dict[NoteId, tuple[Assessment, ...]]:
        found = {note: self._kept().of_row(row) for note, row in self._rows(notes)}
        return {note: assessed for note, assessed in found.items() if assessed}

    def reviews(self, notes: Sequence[NoteId]) -> dict[NoteId, Review]:
        kept = self._kept().reviews
        return {note: kept[row] for note, row in self._rows(notes) if row in kept}

    def original(self, note: NoteId) -> str | None:
        return next((self._kept().originals.get(row) for _, row in self._rows([note])), None)

    def waiting(self, *, after_row: int, limit: int) -> list[Note]:
        reviewed = self._kept().reviews
        held = (note for note in self._notes() if self._is_held(note) and note.row not in reviewed)
        return list(islice((note for note in held if note.row > after_row), limit))

    def sharing(
        self, hashes: Sequence[int], *, most: int, least_trust: float = 0.0, quarantined: bool = False
    ) -> dict[int, tuple[int, ...]]:
        statuses = {Status.QUARANTINED} if quarantined else VISIBLE
        wanted = {note.row for note in self._notes() if note.trust >= least_trust and note.status in statuses}
        kept = sorted(self._kept().shingles.items(), reverse=True)
        found: dict[int, tuple[int, ...]] = {}
        for each in set(hashes):
            holders = islice((row for row, held in kept if each in held), HOLDERS_READ)
            found[each] = tuple(row for row in holders if row in wanted)[: max(most, 0)]
        return {each: rows for each, rows in found.items() if rows}

    def scores(self, detector: str, bucket: str, *, limit: int) -> NDArray[np.float64]:
        kept = self._kept().scores
        active = [note.row for note in self._notes() if note.status is Status.ACTIVE]
        of_detector = (kept[row, detector] for row in reversed(active) if (row, detector) in kept)
        wanted = (each.score for each in of_detector if each.bucket == bucket)
        return np.array(list(islice(wanted, limit)), np.float64)

    def written_by(self, principal: str, *, after_row: int, limit: int) -> list[Note]:
        wanted = (note for note in self._notes() if note.principal == principal and note.row > after_row)
        return list(islice(wanted, limit))

    def quarantined(self, dedupes: Sequence[str], principal: str, *, most: int) -> dict[str, tuple[NoteId, ...]]:
        held = [] if self._data is None else sorted(self._data.notes.values(), key=lambda stored: -stored.note.row)
        mine = (stored for stored in held if stored.note.principal == principal and stored.dedupe in dedupes)
        newest = list(islice((stored for stored in mine if stored.note.status is Status.QUARANTINED), most))
        found = {
            dedupe: tuple(stored.note.id for stored in newest if stored.dedupe == dedupe) for dedupe in dedupes
        }
        return {dedupe: notes for dedupe, notes in found.items() if notes}

    def written_since(self, principal: str, since: datetime) -> int:
        return sum(note.principal == principal and note.ingest_time >= since for note in self._notes())

    def cleared(self) -> Rows:
        active = [note.row for note in self._notes() if note.status is Status.ACTIVE]
        return np.array([row for row in active if self._was_let_in(row)], np.int64)

    def canaries(self) -> list[Canary]:
        return [canary for _, canary in sorted(self._kept().canaries.items())]

    def seed(self) -> bytes | None:
        return self._kept().seed

    def audit(self, *, after: int, limit: int) -> list[AuditEntry]:
        return [entry for entry in self._chain if entry.sequence > after][:limit]

    def head(self) -> AuditEntry | None:
        return self._chain[-1] if self._chain else None

    def _was_let_in(self, row: int) -> bool:
        review = self._kept().reviews.get(row)
        looked_at = any(each.stage is not Stage.WRITE for each in self._kept().of_row(row))
        return looked_at or (review is not None and review.decision is Decision.RELEASED)

    def _kept(self) -> GuardData:
        return GuardData() if self._data is None else self._data.guard

    def _notes(self) -> Iterable[Note]:
        return () if self._data is None else [stored.note for stored in self._data.notes.values()]

    def _is_held(self, note: Note) -> bool:
        if note.status is not Status.LIMITED:
            return note.status is Status.QUARANTINED
        last = max(self._kept().of_row(note.row), key=lambda each: each.at, default=None)
        return (last is not None and last.verdict is Verdict.LIMIT) or self._rests_on_rejected(note.row)

    def _rests_on_rejected(self, row: int) -> bool:
        found = set() if self._data is None else self._data.derivations
        sources = {source for note, source, role in found if note == row and role is not Role.EVOLUTION}
        reviews = self._kept().reviews
        return any(
            source in reviews and reviews[source].decision is Decision.REJECTED for source in sorted(sources)
        )

    def _rows(self, notes: Sequence[NoteId]) -> list[tuple[NoteId, int]]:
        rows = {} if self._data is None else self._data.rows
        return [(note, rows[note]) for note in notes if note in rows]
