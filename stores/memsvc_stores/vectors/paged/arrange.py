"""Rows in the order of their postings, so that what a search reads lies together on the disk."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc_stores.vectors.layout import Draft, Indices

__all__ = ["arrange"]

_ARRAYS: Final = (("rows", 0), ("notes", 255), ("times", 0))
_BLOCK_BYTES: Final = 16 << 20


def arrange(draft: Draft, order: Indices) -> None:
    """Give the rows of a draft new numbers: i to the one that was order[i]; those not in `order` are dropped."""
    for name, fill in _ARRAYS:
        old = draft.array(name)
        made = draft.create(name, page_bytes=old.page_bytes, item_bytes=old.item_bytes)
        per_page = old.page_bytes // old.item_bytes
        block = per_page * max(1, _BLOCK_BYTES // old.page_bytes)
        for start in range(0, len(order), block):
            some = order[start : start + block]
            pages = -(-len(some) // per_page)
            items = np.full((pages * per_page, old.item_bytes), fill, np.uint8)
            old.gather_items(some, items[: len(some)])
            made.extend(items.reshape(pages, old.page_bytes))
