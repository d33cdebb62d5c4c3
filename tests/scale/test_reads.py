"""The counting of what queries read."""

from __future__ import annotations

import numpy as np

from memsvc_stores.vectors.slabs.memory import MemoryDraft
from tools.scale.reads import CountedPages


def counted(*, page_bytes: int, item_bytes: int) -> CountedPages:
    array = MemoryDraft(None).create("rows", page_bytes=page_bytes, item_bytes=item_bytes)
    array.extend(np.zeros((4, page_bytes), np.uint8))
    return CountedPages(array)


def test_an_item_across_two_pages_touches_both() -> None:
    rows = counted(page_bytes=12288, item_bytes=768)
    rows.items(np.array([0, 5]))
    assert (rows.asked, rows.touched) == (2, 2)


def test_items_of_one_page_touch_it_once() -> None:
    ids = counted(page_bytes=4096, item_bytes=256)
    ids.items(np.array([0, 3, 15, 16]))
    assert (ids.asked, ids.touched) == (4, 2)


def test_pages_gathered_are_counted_in_4_kib() -> None:
    rows = counted(page_bytes=12288, item_bytes=768)
    rows.gather(np.array([1, 3]), np.empty((2, 12288), np.uint8))
    assert (rows.asked, rows.touched) == (2, 6)
