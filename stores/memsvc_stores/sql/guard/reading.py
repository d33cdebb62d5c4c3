"""What the guard keeps of one namespace, as a reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select

from memsvc.domain.guarding import Assessment, AuditEntry, Canary, Review
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.domain.scope import Scope
from memsvc.domain.time import to_microseconds
from memsvc.ports.ranking import Rows
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard.assessments import assessments_of_rows
from memsvc_stores.sql.guard.audit import read_entries, read_head
from memsvc_stores.sql.guard.canaries import read_canaries
from memsvc_stores.sql.guard.cleared import cleared_rows
from memsvc_stores.sql.guard.originals import originals_of_rows
from memsvc_stores.sql.guard.reviews import reviews_of_rows, waiting
from memsvc_stores.sql.guard.scores import active_scores
from memsvc_stores.sql.guard.seeds import read_seed
from memsvc_stores.sql.guard.shingles import newest_holders
from memsvc_stores.sql.guard.writers import quarantined_by, written_by, written_since
from memsvc_stores.sql.tables import notes as note_table

__all__ = ["SqlReadGuard"]

_Kept = TypeVar("_Kept")
_ROWS = select(note_table.c.row, note_table.c.id).where(
    note_table.c.namespace_id == bindparam("namespace"), among(note_table.c.id, "ids")
)


class SqlReadGuard:
    """Without a namespace there is nothing but its audit log."""

    def __init__(self, executor: Executor, scope: Scope, namespace: int | None) -> None:
        self._executor = executor
        self._scope = scope
        self._namespace = namespace

    def assessments(self, notes: Sequence[NoteId]) -> dict[NoteId, tuple[Assessment, ...]]:
        return self._of_notes(notes, assessments_of_rows)

    def reviews(self, notes: Sequence[NoteId]) -> dict[NoteId, Review]:
        return self._of_notes(notes, reviews_of_rows)

    def original(self, note: NoteId) -> str | None:
        return self._of_notes([note], originals_of_rows).get(note)

    def waiting(self, *, after_row: int, limit: int) -> list[Note]:
        if self._namespace is None:
            return []
        return waiting(self._executor, self._namespace, after_row=after_row, limit=limit)

    def sharing(
        self, hashes: Sequence[int], *, most: int, least_trust: float = 0.0, quarantined: bool = False
    ) -> dict[int, tuple[int, ...]]:
        if self._namespace is None or not len(hashes) or most < 1:
            return {}
        return newest_holders(
            self._executor,
            self._namespace,
            hashes,
            most=most,
            least_trust=least_trust,
            quarantined=quarantined,
        )

    def scores(self, detector: str, bucket: str, *, limit: int) -> NDArray[np.float64]:
        if self._namespace is None:
            return np.empty(0, np.float64)
        return active_scores(self._executor, self._namespace, detector, bucket, limit=limit)

    def written_by(self, principal: str, *, after_row: int, limit: int) -> list[Note]:
        if self._namespace is None:
            return []
        return written_by(self._executor, self._namespace, principal, after_row=after_row, limit=limit)

    def quarantined(self, dedupes: Sequence[str], principal: str, *, most: int) -> dict[str, tuple[NoteId, ...]]:
        if self._namespace is None or not dedupes:
            return {}
        return quarantined_by(self._executor, self._namespace, dedupes, principal, most=most)

    def written_since(self, principal: str, since: datetime) -> int:
        if self._namespace is None:
            return 0
        return written_since(self._executor, self._namespace, principal, to_microseconds(since))

    def cleared(self) -> Rows:
        return np.empty(0, np.int64) if self._namespace is None else cleared_rows(self._executor, self._namespace)

    def canaries(self) -> list[Canary]:
        return [] if self._namespace is None else read_canaries(self._executor, self._namespace)

    def seed(self) -> bytes | None:
        return None if self._namespace is None else read_seed(self._executor, self._namespace)

    def audit(self, *, after: int, limit: int) -> list[AuditEntry]:
        return read_entries(self._executor, self._scope, after=after, limit=limit)

    def head(self) -> AuditEntry | None:
        return read_head(self._executor, self._scope)

    def _of_notes(
        self, notes: Sequence[NoteId], of_rows: Callable[[Executor, int, Sequence[int]], dict[int, _Kept]]
    ) -> dict[NoteId, _Kept]:
        if self._namespace is None or not notes:
            return {}
        found = self._executor.all(_ROWS, namespace=self._namespace, ids=self._executor.backend.many(notes))
        ids = {row: NoteId(note) for row, note in found}
        return {ids[row]: kept for row, kept in of_rows(self._executor, self._namespace, list(ids)).items()}
