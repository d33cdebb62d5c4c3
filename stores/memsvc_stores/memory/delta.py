"""What a vector index must apply after a sequence."""

from __future__ import annotations

import numpy as np

from memsvc.domain.changes import Operation
from memsvc.domain.notes import KeyGroup
from memsvc.domain.selection import VISIBLE
from memsvc.domain.time import to_microseconds
from memsvc.ports.ranking import VectorDelta
from memsvc_stores.memory.state import NamespaceData

__all__ = ["delta_after", "empty_delta"]


def empty_delta() -> VectorDelta:
    """Return the delta of a namespace that does not exist."""
    return VectorDelta(0, {}, (), np.empty(0, np.int64), np.empty((0, 0), np.float32))


def delta_after(
    data: NamespaceData, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
) -> VectorDelta:
    """Return the present state of every note with a journal entry past the sequence, of at most `limit`."""
    start = max(after_sequence, 0)
    upto = len(data.journal) if limit is None else min(start + limit, len(data.journal))
    changes = data.journal[start:upto]
    changed = sorted({change.note_row for change in changes} & data.notes.keys())
    purged = sorted({change.note_row for change in changes if change.operation is Operation.PURGED})
    note_rows: list[int] = []
    keyless: list[int] = []
    vectors = []
    times = []
    for row in changed:
        stored = data.notes[row]
        if stored.keyed_at > after_sequence:
            keys = [key for key in stored.keys if group is None or key.kind in group.kinds]
            note_rows += [row] * len(keys)
            keyless += [] if keys else [row]
            vectors += [data.vectors[data.model.id, key.text_hash] for key in keys]
            moments = (to_microseconds(stored.note.event_time), to_microseconds(stored.note.ingest_time))
            times += [moments] * len(keys)
    return VectorDelta(
        upto=upto,
        visible={row: data.notes[row].note.status in VISIBLE for row in changed},
        purged=purged,
        note_rows=np.array(note_rows, np.int64),
        matrix=np.array(vectors, np.float32).reshape(len(vectors), data.model.dimension),
        times=np.array(times, np.int64).reshape(len(times), 2),
        keyless=keyless,
    )
