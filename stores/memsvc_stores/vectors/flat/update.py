"""Codes of a flat draft: slot p is row p."""

from __future__ import annotations

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack, unpack
from memsvc_stores.vectors.layout import SLOTS, Bytes2, Draft

__all__ = ["FlatUpdater"]


class FlatUpdater:
    """Keeps the array `codes` in step with the rows. Not thread-safe."""

    def __init__(self, draft: Draft, codec: Codec) -> None:
        self._codec = codec
        base = draft.base
        if base is not None and base.meta.form == "flat":
            self._codes = draft.array("codes")
        else:
            self._codes = draft.create("codes", page_bytes=codec.page_bytes, item_bytes=codec.page_bytes)

    def insert(self, rows: Rows, vectors: Matrix, codes: Bytes2) -> None:  # noqa: ARG002
        """Write the codes of ascending rows."""
        self.put(rows, codes)

    def delete(self, rows: Rows) -> None:
        """Leave nothing in the slots of ascending rows."""
        self.put(rows, np.zeros((rows.size, self._codec.code_bytes), np.uint8))

    def put(self, rows: Rows, codes: Bytes2) -> None:
        """Write codes into the slots of ascending rows, those past the end into new pages."""
        end = SLOTS * self._codes.count
        inside = int(np.searchsorted(rows, end))
        if inside:
            pages, place = np.unique(rows[:inside] // SLOTS, return_inverse=True)
            slots = unpack(self._codes.items(pages))
            slots[SLOTS * place + rows[:inside] % SLOTS] = codes[:inside]
            self._codes.set_items(pages, pack(slots))
        if inside < rows.size:
            slots = np.zeros((SLOTS * -(-(int(rows[-1]) + 1 - end) // SLOTS), codes.shape[1]), np.uint8)
            slots[rows[inside:] - end] = codes[inside:]
            self._codes.extend(pack(slots))

    def finish(self) -> None:
        """Nothing is left to write."""
