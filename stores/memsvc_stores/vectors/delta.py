"""What a delta does to the entries that are there already, and the entries that it adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsvc.errors import DimensionMismatch
from memsvc.ports.ranking import Rows, VectorDelta
from memsvc_stores.vectors.segment import Additions, Mask, Segment

__all__ = ["Changes", "additions", "changes", "revised"]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed notes by ascending row: those whose entries are `gone`, and the visibility of the others."""

    rows: Rows
    gone: Mask
    shown: Mask


def changes(delta: VectorDelta) -> Changes:
    """Return what happens to entries that an index may hold of the delta's notes."""
    named = np.fromiter(delta.visible, np.int64, len(delta.visible))
    purged = np.fromiter(delta.purged, np.int64, len(delta.purged))
    rows = np.unique(np.concatenate((named, purged, delta.note_rows)))
    keyless = np.fromiter(delta.keyless, np.int64, len(delta.keyless))
    gone = np.isin(rows, np.concatenate((purged, keyless, delta.note_rows)))
    return Changes(rows, gone, _shown(delta, rows))


def additions(delta: VectorDelta, dimension: int) -> Additions:
    """Return the new entries; raise DimensionMismatch when they cannot be searched."""
    rows, matrix = delta.note_rows, delta.matrix
    if rows.size and matrix.shape != (rows.size, dimension):
        raise DimensionMismatch(
            f"the store gave vectors of shape {matrix.shape} for {rows.size} keys of {dimension} dimensions: "
            "embed the namespace again with its model"
        )
    if not np.isfinite(matrix).all():
        raise DimensionMismatch("the store gave a vector that is not finite: embed the namespace again")
    times = np.zeros((rows.size, 2), np.int64) if delta.times is None else delta.times
    found = Additions(rows, matrix, times, _shown(delta, rows))
    if rows.size > 1 and not bool((rows[1:] >= rows[:-1]).all()):
        found = found.taken(np.argsort(rows, kind="stable"))
    if delta.purged:
        found = found.taken(~np.isin(found.rows, np.fromiter(delta.purged, np.int64, len(delta.purged))))
    return found


def revised(segment: Segment, change: Changes) -> tuple[Mask, Mask] | None:
    """Return the segment's new masks (alive, visible), or None when no entry of it is of a changed note."""
    places = segment.find(change.rows)
    if not places.size:
        return None
    note = np.searchsorted(change.rows, segment.rows[places])
    alive, visible = segment.alive.copy(), segment.visible.copy()
    alive[places] &= ~change.gone[note]
    visible[places] = alive[places] & change.shown[note]
    return alive, visible


def _shown(delta: VectorDelta, rows: Rows) -> Mask:
    return np.fromiter((delta.visible.get(row, False) for row in rows.tolist()), np.bool_, rows.size)
