"""Buckets of a namespace in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from memsvc.domain.selection import VISIBLE
from memsvc.errors import InvalidInput, NotFound
from memsvc.ports.hashing import Codes, Epoch, Hashing, LshParameters, Purpose
from memsvc.ports.ranking import Rows

if TYPE_CHECKING:
    from memsvc_stores.memory.state import NamespaceData

__all__ = ["FilledEpoch", "MemoryBuckets", "MemoryReadBuckets"]


@dataclass(frozen=True, slots=True)
class FilledEpoch:
    """An epoch with the codes of its notes by row."""

    epoch: Epoch
    is_current: bool = False
    codes: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def copy(self) -> FilledEpoch:
        return replace(self, codes=dict(self.codes))


class MemoryReadBuckets:
    """The buckets as a reader sees them; `data` is None where nothing was ever written."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def epoch(self, purpose: Purpose) -> Epoch | None:
        return self._find(purpose, current=True)

    def pending(self, purpose: Purpose) -> Epoch | None:
        return self._find(purpose, current=False)

    def members(self, epoch: Epoch, codes: Codes, *, hidden: bool = False) -> Rows:
        wanted = [set(table) for table in codes.tolist()]
        found = [
            row
            for row, its in sorted(self._codes(epoch).items())
            if any(code in table for code, table in zip(its, wanted, strict=True))
        ]
        notes = {} if self._data is None else self._data.notes
        return np.array([row for row in found if hidden or notes[row].note.status in VISIBLE], np.int64)

    def codes(self, epoch: Epoch, rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
        known = self._codes(epoch)
        return {row: known[row] for row in sorted(set(map(int, rows))) if row in known}

    def _find(self, purpose: Purpose, *, current: bool) -> Epoch | None:
        epochs = {} if self._data is None else self._data.epochs
        found = (
            each.epoch for each in epochs.values() if each.epoch.purpose is purpose and each.is_current is current
        )
        return next(found, None)

    def _codes(self, epoch: Epoch) -> dict[int, tuple[int, ...]]:
        filled = None if self._data is None else self._data.epochs.get(epoch.number)
        return {} if filled is None else filled.codes


class MemoryBuckets(MemoryReadBuckets):
    """The buckets as a writer sees them."""

    def __init__(self, data: NamespaceData) -> None:
        super().__init__(data)
        self._target = data

    def open(
        self,
        purpose: Purpose,
        parameters: LshParameters,
        *,
        hashing: Hashing,
        at: datetime,  # noqa: ARG002
    ) -> Epoch:
        data = self._target
        for known in (self.epoch(purpose), pending := self.pending(purpose)):
            if known is not None and (known.parameters, known.model_id) == (parameters, data.model.id):
                return known
        number = max(data.epochs, default=0) + 1
        if pending is not None:
            del data.epochs[pending.number]
        projections = hashing.projections(parameters)
        begun = Epoch(number, purpose, parameters, data.model.id, projections)
        data.epochs[number] = FilledEpoch(begun)
        return begun

    def put(self, epoch: Epoch, rows: Sequence[int], codes: Codes) -> None:
        wanted = [int(row) for row in rows]
        if codes.shape != (len(wanted), epoch.parameters.tables) or len(set(wanted)) != len(wanted):
            raise InvalidInput(f"{len(wanted)} notes and codes of shape {codes.shape} do not fit")
        missing = set(wanted) - self._target.notes.keys()
        if missing:
            raise NotFound(f"{len(missing)} of {len(wanted)} notes to put into buckets do not exist")
        self._target.epochs[epoch.number].codes.update(zip(wanted, map(tuple, codes.tolist()), strict=True))

    def enforce(self, epoch: Epoch) -> None:
        epochs = self._target.epochs
        if epoch.number not in epochs:
            raise NotFound(f"there is no epoch {epoch.number} of hash tables any more; open it again")
        for number, filled in list(epochs.items()):
            if filled.epoch.purpose is epoch.purpose and number != epoch.number:
                del epochs[number]
        epochs[epoch.number] = replace(epochs[epoch.number], is_current=True)
