"""An open namespace: its present snapshot and the lock under which the next one is made."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

import numpy as np

from memsvc.ports.embedding import Model
from memsvc.ports.ranking import VectorDelta
from memsvc_stores.vectors.delta import additions, changes, revised
from memsvc_stores.vectors.segment import Segment, Snapshot
from memsvc_stores.vectors.tail import Tail

__all__ = ["OpenNamespace", "blank"]

# Python objects and array headers of an open namespace, measured roughly.
_OVERHEAD_BYTES = 4096
_COMPACT_ABOVE = 1024


def blank(model: Model) -> Snapshot:
    """Return the snapshot of a namespace of which nothing is known yet."""
    nothing = Segment.empty(model.dimension)
    return Snapshot(model.id, 0, False, nothing, nothing, None)


class OpenNamespace:
    """Holds a snapshot that searches may read at any time; change it only with `lock` held."""

    __slots__ = ("_tail", "lock", "snapshot")

    def __init__(self) -> None:
        self.lock = Lock()
        self.snapshot: Snapshot | None = None
        self._tail = Tail(0)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM; mapped files are not in it."""
        held = self._tail.nbytes + _OVERHEAD_BYTES
        if self.snapshot is not None:
            held += self.snapshot.base.alive.nbytes + self.snapshot.base.visible.nbytes
        return held

    @property
    def copied_bytes(self) -> int:
        """Bytes copied by changes since the last start: the work of deltas, whatever the clock says."""
        return self._tail.copied_bytes

    def start(self, snapshot: Snapshot) -> None:
        """Begin anew from a snapshot without a tail."""
        self._tail = Tail(snapshot.dimension)
        self.snapshot = snapshot

    def apply(self, delta: VectorDelta) -> None:
        """Make the next snapshot; on an error the present one stays."""
        present = self.snapshot
        if present is None:
            raise RuntimeError("a namespace must be started before a delta is applied to it")
        rows, matrix, visible = additions(delta, present.dimension)
        base = self._revise(present, delta)
        self._tail.append(rows, matrix, visible)
        self._compact()
        several = present.several or bool(rows.size > 1 and (rows[1:] == rows[:-1]).any())
        applied = max(present.applied, delta.upto)
        self.snapshot = replace(present, applied=applied, several=several, base=base, tail=self._tail.view())

    def _revise(self, present: Snapshot, delta: VectorDelta) -> Segment:
        change = changes(delta)
        newest = max(self._tail.newest, int(present.base.rows[-1]) if len(present.base) else -1)
        if not change.rows.size or int(change.rows[0]) > newest:
            return present.base
        masks = revised(present.tail, change)
        if masks is not None:
            self._tail.revise(*masks)
        masks = revised(present.base, change)
        if masks is None:
            return present.base
        alive, shown = masks
        veiled = len(present.base) - int(np.count_nonzero(shown))
        return replace(present.base, alive=alive, visible=shown, veiled=veiled)

    def _compact(self) -> None:
        """Drop dead entries when they are the greater part, so that their cost stays amortised."""
        if self._tail.veiled < _COMPACT_ABOVE:
            return
        full = self._tail.view()
        living = full.alive.nonzero()[0]
        if len(full) - living.size < max(_COMPACT_ABOVE, len(full) // 2):
            return
        living = living[np.argsort(full.rows[living], kind="stable")]
        self._tail = Tail(full.matrix.shape[1])
        self._tail.append(full.rows[living], full.matrix[living], full.visible[living])
