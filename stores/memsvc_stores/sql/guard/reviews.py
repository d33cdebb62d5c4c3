"""What reviewers decided, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, bindparam, delete, exists, select, text
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.derivations import Role
from memsvc.domain.guarding import Decision, Review
from memsvc.domain.notes import Note, Status
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc_stores.sql.derived_tables import derivations
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import LIMITING, assessments, reviews
from memsvc_stores.sql.rows import note_of
from memsvc_stores.sql.statements import NOTES
from memsvc_stores.sql.tables import HIDDEN, notes

__all__ = ["delete_review", "insert_review", "reviews_of_rows", "waiting"]

_OF_ROWS = select(reviews.c.note_row, reviews.c.decision, reviews.c.at, reviews.c.actor, reviews.c.reason).where(
    reviews.c.namespace_id == bindparam("namespace"), among(reviews.c.note_row, "rows")
)
_PUT = insert(reviews).on_conflict_do_nothing().inline()
_DELETE = delete(reviews).where(
    reviews.c.namespace_id == bindparam("namespace"), reviews.c.note_row == bindparam("row")
)


def _unreviewed(*conditions: ColumnElement[bool] | TextClause) -> Select[Any]:
    """Return the query of a page of notes of this sort that nobody has reviewed, by ascending row."""
    reviewed = reviews.c.namespace_id == bindparam("namespace"), reviews.c.note_row == notes.c.row
    wanted = notes.c.row > bindparam("after"), *conditions, ~exists().where(*reviewed)
    return NOTES.where(*wanted).order_by(notes.c.row).limit(bindparam("limit"))


# The condition of the index of hidden notes is repeated as it stands there: else SQLite does not use it.
_WAITING = _unreviewed(
    text(f"notes.{HIDDEN}"),
    notes.c.status == Status.QUARANTINED.value,
)

_later = assessments.alias("later")
# So is that of the index of assessments that limit.
_DOUBTFUL = _unreviewed(
    notes.c.status == Status.LIMITED.value,
    notes.c.row.in_(
        select(assessments.c.note_row).where(
            assessments.c.namespace_id == bindparam("namespace"),
            assessments.c.note_row > bindparam("after"),
            text(f"assessments.{LIMITING}"),
            ~exists().where(
                _later.c.namespace_id == bindparam("namespace"),
                _later.c.note_row == assessments.c.note_row,
                _later.c.at > assessments.c.at,
            ),
        )
    ),
)

_rejected = reviews.alias("rejected")
_RESTING = _unreviewed(
    notes.c.status == Status.LIMITED.value,
    notes.c.row.in_(
        select(derivations.c.note_row)
        .join_from(_rejected, derivations, derivations.c.source_row == _rejected.c.note_row)
        .where(
            _rejected.c.namespace_id == bindparam("namespace"),
            _rejected.c.decision == Decision.REJECTED.value,
            derivations.c.namespace_id == bindparam("namespace"),
            derivations.c.note_row > bindparam("after"),
            derivations.c.role != Role.EVOLUTION.value,
        )
    ),
)


def reviews_of_rows(executor: Executor, namespace: int, rows: Sequence[int]) -> dict[int, Review]:
    """Return the review of each note at these rows that has one."""
    found = executor.all(_OF_ROWS, namespace=namespace, rows=executor.backend.many(rows))
    return {
        row: Review(Decision(decision), from_microseconds(at), actor, reason)
        for row, decision, at, actor, reason in found
    }


def waiting(executor: Executor, namespace: int, *, after_row: int, limit: int) -> list[Note]:
    """Return quarantined, doubtful and stuck notes that nobody has reviewed, by ascending row."""
    page = {"namespace": namespace, "after": after_row, "limit": limit}
    statements = (_WAITING, _DOUBTFUL, _RESTING)
    found = [note_of(r) for statement in statements for r in executor.all(statement, **page)]
    by_row = {note.row: note for note in found}
    return [by_row[row] for row in sorted(by_row)][:limit]


def insert_review(executor: Executor, namespace: int, row: int, review: Review) -> bool:
    """Keep a review; False when the note has one already, which then stays."""
    inserted = executor.run(
        _PUT,
        namespace_id=namespace,
        note_row=row,
        decision=review.decision.value,
        at=to_microseconds(review.at),
        actor=review.actor,
        reason=review.reason,
    )
    return inserted == 1


def delete_review(executor: Executor, namespace: int, row: int) -> None:
    """Forget the review of a note, if there is one."""
    executor.run(_DELETE, namespace=namespace, row=row)
