"""What a note, or all that a principal stored, has brought about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Role
from memsvc.domain.ids import JobId, NoteId
from memsvc.domain.jobs import Job, JobStatus
from memsvc.domain.notes import Note, Status
from memsvc.domain.rollbacks import BlastRadius, Replaced
from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.guarding.lineage import affected_by, fallen_with, named_roots
from memsvc.memory.look_up import existing_namespace
from memsvc.ports.hashing import Purpose
from memsvc.ports.storage import Reader

__all__ = ["blast_radius", "replaced_by"]

_PAGE = 500
_REPLACED = {Operation.SUPERSEDED: Status.SUPERSEDED, Operation.MERGED: Status.MERGED}


def blast_radius(
    context: Context, scope: Scope, *, note: NoteId | None = None, principal: str | None = None
) -> BlastRadius:
    """Return everything derived from a note, or from all notes of a principal, and all that they changed.

    Raises InvalidInput unless exactly one is named, and NotFound for what is unknown or was purged.
    """
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        roots = [each.id for each in named_roots(reader, note=note, principal=principal)]
        items = affected_by(reader, roots)
        fallen = fallen_with(reader, roots)
        reached = {*roots, *(each.note for each in items)}
        radius = BlastRadius(
            roots=tuple(roots),
            items=items,
            replaced=tuple(replaced_by(reader, sorted(fallen))),
            links=tuple(reader.links.touching(sorted(fallen))),
            attributes=tuple(each.note for each in items if Role.EVOLUTION in each.roles),
            hashed=_hashed(reader, reader.notes(sorted(reached))),
        )
    return BlastRadius(
        radius.roots,
        radius.items,
        radius.replaced,
        radius.links,
        radius.attributes,
        radius.hashed,
        jobs=tuple(_jobs(context, scope, reached)),
    )


def replaced_by(reader: Reader, notes: Sequence[NoteId]) -> Iterator[Replaced]:
    """Yield the notes that are superseded by one of these, or merged into it, by row."""
    for hidden in reader.replaced_by(notes):
        by = hidden.superseded_by
        if by is not None:
            yield Replaced(hidden.id, by, _reason(reader.history(hidden.id)))


def _reason(history: Sequence[Change]) -> str | None:
    """Return why a note was superseded or merged last."""
    last = next((change for change in reversed(history) if change.operation in _REPLACED), None)
    reason = None if last is None else last.patch.get("reason")
    return str(reason["new"]) if isinstance(reason, Mapping) else None


def _hashed(reader: Reader, notes: Sequence[Note]) -> tuple[NoteId, ...]:
    rows = [note.row for note in notes]
    epochs = [epoch for purpose in Purpose if (epoch := reader.buckets.epoch(purpose)) is not None]
    found = {row for epoch in epochs for row in reader.buckets.codes(epoch, rows)}
    return tuple(note.id for note in notes if note.row in found)


def _jobs(context: Context, scope: Scope, notes: set[NoteId]) -> Iterator[JobId]:
    """Yield the jobs that wait or run and name one of the notes, newest first."""
    for job in _open_jobs(context, scope):
        named = job.payload.get("notes")
        if isinstance(named, Sequence) and any(each in notes for each in named):
            yield job.id


def _open_jobs(context: Context, scope: Scope) -> Iterator[Job]:
    for status in (JobStatus.QUEUED, JobStatus.RUNNING):
        before: int | None = None
        while page := context.storage.jobs.list(
            scope.tenant, limit=_PAGE, status=status, namespace=scope.namespace, before_row=before
        ):
            yield from page
            before = page[-1].row
