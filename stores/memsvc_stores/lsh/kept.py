"""Projections as bytes, and those that a store keeps decoded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.hashing import LshParameters

__all__ = ["KeptProjections", "from_bytes", "to_bytes"]

_Projections: TypeAlias = NDArray[np.float64]
_STORED = np.dtype("<f8")
_MOST_BYTES = 64 << 20


def to_bytes(projections: _Projections) -> bytes:
    return projections.astype(_STORED).tobytes()


def from_bytes(stored: bytes, parameters: LshParameters) -> _Projections:
    """Return read-only projections (tables, hashes, dimension, groups / 2)."""
    p = parameters
    shape = (p.tables, p.hashes, p.dimension, p.groups // 2)
    return np.frombuffer(stored, _STORED).astype(np.float64, copy=False).reshape(shape)


class KeptProjections:
    """The last used projections of one store, up to 64 MiB: they never change under their id. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, LshParameters], _Projections] = OrderedDict()

    def get(self, id: int, parameters: LshParameters, read: Callable[[], bytes]) -> _Projections:
        """Return the projections of an id, by `read` if they are not kept."""
        place = (id, parameters)
        with self._lock:
            found = self._kept.get(place)
            if found is not None:
                self._kept.move_to_end(place)
                return found
        made = from_bytes(read(), parameters)
        with self._lock:
            self._kept[place] = made
            while len(self._kept) > 1 and sum(each.nbytes for each in self._kept.values()) > _MOST_BYTES:
                self._kept.popitem(last=False)
        return made
