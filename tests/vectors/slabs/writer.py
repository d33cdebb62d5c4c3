"""A process that changes a namespace for ever: DIRECTORY, the first seed; prints the seeds that it committed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from memsvc_stores.vectors.layout import Meta
from memsvc_stores.vectors.slabs.store import Store

PAGES = 24


def page(seed: int, number: int) -> np.ndarray:
    """Return the content of a page: its number, and the seed of its last change, over and over."""
    return np.tile(np.array([number, seed], np.uint64), 256).view(np.uint8)


def main(directory: Path, seed: int) -> None:
    store = Store(directory)
    while True:
        seed += 1
        with store.draft(1, fresh=seed % 7 == 0) as draft:
            if draft.base is None:
                draft.create("codes", page_bytes=4096, item_bytes=4096)
                draft.array("codes").extend(np.stack([page(seed, number) for number in range(PAGES)]))
            for number in range(PAGES):
                draft.array("codes").edit(number)[:] = page(seed, number)
            draft.put("directory", np.full(5000 + seed % 9, seed % 251, np.uint8))
            store.commit(draft, Meta(1, "flat", "m", 384, "c", seed, PAGES, PAGES, False))
        print(seed, flush=True)
        store.recycle(1, everything=seed % 2 == 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
