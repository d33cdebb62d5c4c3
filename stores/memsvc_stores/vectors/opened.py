"""An open namespace: its present snapshot and the lock under which the next one is made."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from memsvc.ports.ranking import VectorDelta
from memsvc_stores.vectors.delta import Changes, additions, changes, revised
from memsvc_stores.vectors.snapshot import Snapshot
from memsvc_stores.vectors.tail import Tail

__all__ = ["OpenNamespace"]

# Python objects and array headers of an open namespace, measured roughly.
_OVERHEAD_BYTES = 4096
_COMPACT_ABOVE = 1024


class OpenNamespace:
    """Holds a snapshot that searches may read at any time; change it only with `lock` held.

    `distrusted` says to leave what is stored alone until it has been saved anew.
    """

    __slots__ = ("_tail", "distrusted", "lock", "snapshot")

    def __init__(self) -> None:
        self.lock = Lock()
        self.snapshot: Snapshot | None = None
        self.distrusted = False
        self._tail = Tail(0)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM; mapped files are not in it."""
        base = None if self.snapshot is None else self.snapshot.base
        return self._tail.nbytes + _OVERHEAD_BYTES + (0 if base is None else base.memory_bytes)

    @property
    def tail_bytes(self) -> int:
        """Bytes of the keys that are in RAM."""
        return self._tail.nbytes

    @property
    def copied_bytes(self) -> int:
        """Bytes copied by changes since the last start: the work of deltas, whatever the clock says."""
        return self._tail.copied_bytes

    def start(self, snapshot: Snapshot) -> None:
        """Begin anew from a snapshot without a tail."""
        self._tail = Tail(snapshot.model.dimension)
        self.snapshot = snapshot

    def apply(self, delta: VectorDelta) -> None:
        """Make the next snapshot; on an error the present one stays."""
        present = self.snapshot
        if present is None:
            raise RuntimeError("a namespace must be started before a delta is applied to it")
        added = additions(delta, present.model.dimension)
        change = changes(delta)
        base = present.base
        if base is not None and change.rows.size:
            base = base.revised(change)
        self._revise_tail(present, change)
        self._tail.append(added)
        self._compact()
        self.snapshot = replace(
            present,
            applied=max(present.applied, delta.upto),
            several=present.several or added.several,
            base=base,
            tail=self._tail.view(),
        )

    def _revise_tail(self, present: Snapshot, change: Changes) -> None:
        if not change.rows.size or int(change.rows[0]) > self._tail.newest:
            return
        masks = revised(present.tail, change)
        if masks is not None:
            self._tail.revise(*masks)

    def _compact(self) -> None:
        """Drop dead entries when they are the greater part, so that their cost stays amortised."""
        if self._tail.veiled < _COMPACT_ABOVE:
            return
        full = self._tail.view()
        living = full.alive.nonzero()[0]
        if len(full) - living.size < max(_COMPACT_ABOVE, len(full) // 2):
            return
        living = living[full.rows[living].argsort(kind="stable")]
        self._tail = Tail(full.matrix.shape[1])
        self._tail.append(full.entries(living))
