"""How often notes are recalled: counted in memory and written in batches, so that no recall waits for a write."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable

from memsvc.domain.ids import NoteId
from memsvc.domain.scope import Scope
from memsvc.errors import MemsvcError
from memsvc.ports.clock import Clock
from memsvc.ports.storage import Storage

__all__ = ["RecallCounts"]

_log = logging.getLogger(__name__)


class RecallCounts:
    """Counts that are written `every` so many seconds; thread-safe.

    Lossy on purpose: those of a process that is killed are gone, and so are counts beyond `most` notes and those
    that the store does not take. They only weigh notes against one another.
    """

    def __init__(self, storage: Storage, clock: Clock, *, every: float = 10.0, most: int = 10_000) -> None:
        self._storage = storage
        self._clock = clock
        self._every = every
        self._most = most
        self._counts: dict[Scope, Counter[NoteId]] = {}
        self._held = 0
        self._timer: threading.Timer | None = None
        self._closed = False
        self._lock = threading.Lock()

    def count(self, scope: Scope, notes: Iterable[NoteId]) -> None:
        """Count one recall of each note; they are written later, by another thread."""
        with self._lock:
            if self._closed or self._held >= self._most:
                return
            counts = self._counts.setdefault(scope, Counter())
            before = len(counts)
            counts.update(notes)
            self._held += len(counts) - before
            if self._timer is None and self._held:
                self._timer = threading.Timer(self._every, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what was counted since the last time."""
        with self._lock:
            counts, self._counts, self._held = self._counts, {}, 0
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        for scope, counted in counts.items():
            try:
                with self._storage.writer(scope) as writer:
                    writer.strengths.recalled(counted, at=self._clock())
            except MemsvcError as error:
                _log.warning("recalls of %d notes are not counted (%s)", len(counted), error.code)

    def close(self) -> None:
        """Write what is left; nothing is counted after."""
        with self._lock:
            self._closed = True
        self.flush()
