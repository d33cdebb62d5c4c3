"""Erase notes everywhere, with a receipt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from memsvc.domain.derivations import CONTENT_ROLES
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import JobStatus
from memsvc.domain.receipts import Actor, PurgeReceipt
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, InvalidInput, NotFound, StorageFull, StorageReadOnly, Unavailable
from memsvc.memory.context import Context
from memsvc.memory.guarding.orphans import leave_in_doubt
from memsvc.memory.jobs import erase_job
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.rethinking import queue_rethinking
from memsvc.ports.storage import PurgeCounts

__all__ = ["finish_erasure", "purge", "purge_namespace"]

_JOBS_SEEN = 1000
_log = logging.getLogger(__name__)


def purge(context: Context, scope: Scope, notes: Sequence[NoteId], *, actor: Actor) -> PurgeReceipt:
    """Delete the notes from rows, history, indexes and journals, then rewrite the files without them.

    Thoughts that were made of them go too, as do notes merged from those, and attributes that evolved from them.
    What somebody wrote who had read one of them while it was in doubt is left to a person. Ids that do not exist
    are not in the receipt. Raises InvalidInput for an empty list, NotFound for a namespace that does not exist.
    """
    if not notes:
        raise InvalidInput("/notes is empty; name at least one note to purge")
    now, receipt = context.clock(), context.drafter.ids.note()
    with context.storage.writer(scope) as writer:
        state = existing_namespace(writer)
        present = [note.id for note in writer.notes(list(dict.fromkeys(notes)))]
        repeating = writer.derivations.descendants(present, roles=CONTENT_ROLES)
        gone = tuple(dict.fromkeys([*present, *repeating]))
        queue_rethinking(writer, repeating, gone=gone, now=now)
        leave_in_doubt(writer, gone, at=now, actor=actor.name)
        counts = writer.purge(gone, at=now, actor=actor.name)
        writer.enqueue(erase_job(state.row, receipt, now=now), at=now)
    compacted = _finished(context, scope, state.row, receipt)
    return _receipt(receipt, gone, counts, now, actor, compacted=compacted)


def purge_namespace(context: Context, scope: Scope, *, actor: Actor) -> PurgeReceipt:
    """Delete everything of a namespace and the namespace itself; raises NotFound."""
    now, receipt = context.clock(), context.drafter.ids.note()
    with context.storage.writer(scope) as writer:
        state = existing_namespace(writer)
        counts = writer.drop_namespace(at=now, actor=actor.name)
        writer.enqueue(erase_job(state.row, receipt, now=now), at=now)
    compacted = _finished(context, scope, state.row, receipt)
    return _receipt(receipt, (), counts, now, actor, compacted=compacted)


def finish_erasure(context: Context, scope: Scope, namespace_row: int) -> None:
    """Remove what may be left outside the rows: names in memory, index pages, freed pages, full-text, the WAL."""
    try:
        context.storage.compact()
    finally:
        # Last: compaction waits for readers from before the erasure, who may have names kept or an index saved.
        context.retriever.forget(namespace_row)
        _clean_index(context, scope, namespace_row)


def _clean_index(context: Context, scope: Scope, namespace_row: int) -> None:
    with context.storage.reader(scope) as reader:
        state = reader.state
        if state is not None and state.row == namespace_row:
            context.index.purge(reader, state)
            return
    context.index.erase(namespace_row)


def _finished(context: Context, scope: Scope, namespace_row: int, receipt: str) -> bool:
    """Finish an erasure that is committed and call its job off; False when that is left to the job."""
    jobs = context.storage.jobs
    try:
        finish_erasure(context, scope, namespace_row)
        for job in jobs.list(scope.tenant, status=JobStatus.QUEUED, limit=_JOBS_SEEN):
            if job.payload.get("receipt") == receipt:
                with suppress(Conflict, NotFound):
                    jobs.cancel(job.id, scope.tenant, now=context.clock())
    except (Unavailable, StorageFull, StorageReadOnly) as error:
        _log.warning("an erasure is finished later, by its job: %s", type(error).__name__)
        return False
    return True


def _receipt(
    receipt: str,
    notes: tuple[NoteId, ...],
    counts: PurgeCounts,
    now: datetime,
    actor: Actor,
    *,
    compacted: bool,
) -> PurgeReceipt:
    return PurgeReceipt(
        id=receipt,
        at=now,
        actor=actor.name,
        notes=notes,
        notes_erased=counts.notes,
        keys_erased=counts.keys,
        vectors_erased=counts.vectors,
        sessions_erased=counts.sessions,
        compacted=compacted,
        attributes_erased=counts.attributes,
        links_erased=counts.links,
        derivations_erased=counts.derivations,
        triples_erased=counts.triples,
        notes_restored=counts.restored,
    )
