"""What the guard keeps of one namespace, in memory, as a writer sees and changes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from memsvc.domain.guarding import Assessment, AuditEntry, AuditEvent, Canary, Review
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json
from memsvc.domain.time import utc
from memsvc.errors import Conflict
from memsvc.guard.chain import next_entry
from memsvc.ports.guard import BenignScore
from memsvc_stores.memory.guard import MemoryReadGuard
from memsvc_stores.memory.guard_state import GuardData
from memsvc_stores.memory.lookups import required_row
from memsvc_stores.memory.transaction import Transaction

__all__ = ["MemoryGuard"]


class MemoryGuard(MemoryReadGuard):
    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.data, transaction.audit)
        self._transaction = transaction

    def put_original(self, note: NoteId, text: str) -> None:
        self._target().originals[self._required([note])[note]] = text

    def put_assessments(self, assessments: Mapping[NoteId, Assessment]) -> None:
        rows = self._required(assessments)
        for note, each in assessments.items():
            self._target().assessments[rows[note], each.stage] = each

    def put_review(self, note: NoteId, review: Review) -> None:
        row = self._required([note])[note]
        kept = self._target().reviews.setdefault(row, review)
        if kept is not review:
            raise Conflict(f"note {note} was reviewed already ({kept.decision.value}); nothing was changed")

    def withdraw_review(self, note: NoteId) -> None:
        self._target().reviews.pop(self._required([note])[note], None)

    def put_shingles(self, shingles: Mapping[NoteId, Sequence[int]]) -> None:
        rows = self._required(shingles)
        for note, held in shingles.items():
            self._target().shingles[rows[note]] = frozenset(held)

    def put_scores(self, scores: Sequence[BenignScore]) -> None:
        rows = self._required([score.note for score in scores])
        for score in scores:
            self._target().scores[rows[score.note], score.detector] = score

    def put_canary(self, canary: Canary) -> None:
        self._target().canaries[canary.id] = canary

    def delete_canary(self, canary: str) -> bool:
        return self._data is not None and self._data.guard.canaries.pop(canary, None) is not None

    def open_seed(self, seed: bytes) -> bytes:
        target = self._target()
        if target.seed is None:
            target.seed = seed
        return target.seed

    def append(
        self, event: AuditEvent, *, note: NoteId | None, detail: Mapping[str, Json], at: datetime, actor: str
    ) -> AuditEntry:
        scope = self._transaction.scope
        entry = next_entry(scope, self.head(), event, note=note, detail=detail, at=utc(at), actor=actor)
        self._transaction.audit.append(entry)
        return entry

    def _required(self, notes: Collection[NoteId]) -> dict[NoteId, int]:
        """Return the row of each note; raises NotFound when one does not exist."""
        if not notes:
            return {}
        data = self._transaction.opened()
        return {note: required_row(data, note) for note in notes}

    def _target(self) -> GuardData:
        return self._transaction.opened().guard
