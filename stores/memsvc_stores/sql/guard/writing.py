"""What the guard keeps of one namespace, as a writer sees and changes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from memsvc.domain.guarding import Assessment, AuditEntry, AuditEvent, Canary, Review
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json
from memsvc.errors import Conflict, ServerFault
from memsvc.ports.guard import BenignScore
from memsvc_stores.sql.guard import canaries
from memsvc_stores.sql.guard.assessments import write_assessments
from memsvc_stores.sql.guard.audit import append_entry
from memsvc_stores.sql.guard.originals import write_originals
from memsvc_stores.sql.guard.reading import SqlReadGuard
from memsvc_stores.sql.guard.reviews import delete_review, insert_review
from memsvc_stores.sql.guard.scores import write_scores
from memsvc_stores.sql.guard.seeds import insert_seed, read_seed
from memsvc_stores.sql.guard.shingles import write_shingles
from memsvc_stores.sql.lookups import rows_of

__all__ = ["SqlGuard"]


class SqlGuard(SqlReadGuard):
    def put_original(self, note: NoteId, text: str) -> None:
        write_originals(self._executor, self._opened(), {self._rows([note])[note]: text})

    def put_assessments(self, assessments: Mapping[NoteId, Assessment]) -> None:
        if not assessments:
            return
        rows = self._rows(assessments)
        assessed = ((rows[note], assessment) for note, assessment in assessments.items())
        write_assessments(self._executor, self._opened(), assessed)

    def put_review(self, note: NoteId, review: Review) -> None:
        if not insert_review(self._executor, self._opened(), self._rows([note])[note], review):
            decision = self.reviews([note])[note].decision.value
            raise Conflict(f"note {note} was reviewed already ({decision}); nothing was changed")

    def withdraw_review(self, note: NoteId) -> None:
        delete_review(self._executor, self._opened(), self._rows([note])[note])

    def put_shingles(self, shingles: Mapping[NoteId, Sequence[int]]) -> None:
        if not shingles:
            return
        rows = self._rows(shingles)
        held = {rows[note]: of_note for note, of_note in shingles.items()}
        write_shingles(self._executor, self._opened(), held)

    def put_scores(self, scores: Sequence[BenignScore]) -> None:
        if not scores:
            return
        rows = self._rows([score.note for score in scores])
        write_scores(self._executor, self._opened(), [(rows[score.note], score) for score in scores])

    def put_canary(self, canary: Canary) -> None:
        canaries.write_canary(self._executor, self._opened(), canary)

    def delete_canary(self, canary: str) -> bool:
        return self._namespace is not None and canaries.delete_canary(self._executor, self._namespace, canary)

    def open_seed(self, seed: bytes) -> bytes:
        insert_seed(self._executor, self._opened(), seed)
        kept = read_seed(self._executor, self._opened())
        return seed if kept is None else kept

    def append(
        self, event: AuditEvent, *, note: NoteId | None, detail: Mapping[str, Json], at: datetime, actor: str
    ) -> AuditEntry:
        return append_entry(self._executor, self._scope, event, note=note, detail=detail, at=at, actor=actor)

    def _rows(self, notes: Collection[NoteId]) -> dict[NoteId, int]:
        """Return the row of each note; raises NotFound when one does not exist."""
        return rows_of(self._executor, self._opened(), notes)

    def _opened(self) -> int:
        if self._namespace is None:
            raise ServerFault(f"namespace {self._scope.namespace} must be opened before it is written to")
        return self._namespace
