"""One slab: a file of pages of one size, mapped for reading. Page 0 is its header."""

from __future__ import annotations

import mmap
import os
import threading
import time
from pathlib import Path
from typing import Final

import numpy as np

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import Bytes1, Bytes2, Indices
from memsvc_stores.vectors.slabs.advice import best
from memsvc_stores.vectors.slabs.files import Bytes, Files
from memsvc_stores.vectors.slabs.prefetch import Prefetcher
from memsvc_stores.vectors.slabs.runs import Run

__all__ = ["HEADER_PAGES", "Slab", "View", "header", "slab_name"]

HEADER_PAGES: Final = 1
_FORMAT: Final = 1
_MAGIC: Final = b"memsvc slab\n"
_LEAST_GROWTH: Final = 1 << 18
_MOST_GROWTH: Final = 64 << 20
# Shorter holes would only scatter what is written there next.
_LEAST_RELEASED: Final = 1 << 20


def slab_name(page_bytes: int) -> str:
    """Return the file name of the slab for a page size."""
    return f"pages-{page_bytes}.slab"


def header(page_bytes: int) -> bytes:
    """Return what a slab begins with: magic, format and page size."""
    return _MAGIC + _FORMAT.to_bytes(4, "little") + page_bytes.to_bytes(8, "little")


class View:
    """A slab as it was mapped once; stays valid when the slab grows."""

    def __init__(self, content: mmap.mmap, page_bytes: int, prefetcher: Prefetcher) -> None:
        self.pages: Bytes2 = np.frombuffer(content, np.uint8)[: len(content) // page_bytes * page_bytes].reshape(
            -1, page_bytes
        )
        self.address: int = self.pages.ctypes.data
        self.prefetcher = prefetcher
        self._raw = memoryview(content)
        self._items: dict[int, Bytes2] = {}

    def items(self, item_bytes: int) -> Bytes2:
        """Return the slab as items; their size divides that of a page."""
        found = self._items.get(item_bytes)
        if found is None:
            found = self._items[item_bytes] = self.pages.reshape(-1, item_bytes)
        return found

    def part(self, start: int, end: int | None) -> memoryview:
        """Return bytes by their place in the file; None is its end."""
        return self._raw[start:end]

    def take(self, source: Bytes2, index: Indices, out: Bytes2) -> None:
        """Copy rows of a part of this view, and mind how long it takes."""
        begun = time.perf_counter_ns()
        np.take(source, index, axis=0, out=out, mode="clip")
        self.prefetcher.gathered(time.perf_counter_ns() - begun, len(index))


class Slab:
    """Thread-safe for readers; writers write different pages."""

    def __init__(self, path: Path, page_bytes: int, files: Files) -> None:
        self.page_bytes = page_bytes
        self._path = path
        self._files = files
        self._lock = threading.Lock()
        self._view: View | None = None
        try:
            self._handle = os.open(path, os.O_RDWR)
        except FileNotFoundError as error:
            raise Damaged(f"{path.name} is missing") from error
        except OSError:
            self._handle = os.open(path, os.O_RDONLY)
        try:
            self._check_header()
        except BaseException:
            os.close(self._handle)
            raise
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._handle, 0, 0, os.POSIX_FADV_RANDOM)

    def view(self, pages: int) -> View:
        """Return a map with at least that many pages; raises Damaged when the file is shorter."""
        found = self._view
        if found is not None and len(found.pages) >= pages:
            return found
        with self._lock:
            if self._view is None or len(self._view.pages) < pages:
                self._view = self._map(pages)
            return self._view

    def reach(self, pages: int) -> None:
        """Lengthen the file to hold that many pages, by doubling up to steps of 64 MiB.

        To be called inside a write transaction of the catalog: no two processes may do it at once.
        """
        needed, size = pages * self.page_bytes, os.fstat(self._handle).st_size
        if needed > size:
            step = min(max(size, _LEAST_GROWTH), _MOST_GROWTH)
            self._files.grow(self._handle, size + -(-(needed - size) // step) * step)

    def write(self, first: int, content: Bytes) -> None:
        """Write neighbouring pages; durable after `sync`."""
        self._files.write(self._handle, content, offset=first * self.page_bytes)

    def zero(self, run: Run) -> None:
        """Overwrite pages with zeros; durable after `sync`."""
        self._files.zero(self._handle, offset=run.first * self.page_bytes, length=run.count * self.page_bytes)

    def release(self, run: Run) -> None:
        """Give the room of long runs of zeros back to the disk."""
        length = run.count * self.page_bytes
        if length >= _LEAST_RELEASED:
            self._files.release(self._handle, offset=run.first * self.page_bytes, length=length)

    def sync(self) -> None:
        self._files.sync(self._handle)

    def disk_bytes(self) -> int:
        """Return the room that the file takes on the disk, without its holes."""
        return os.fstat(self._handle).st_blocks * 512

    def read_page(self, page: int) -> Bytes1:
        """Return a page without a check of its content."""
        found: Bytes1 = self.view(page + 1).pages[page]
        return found

    def close(self) -> None:
        """Close the file; maps live on with the arrays that use them."""
        if self._view is not None:
            self._view.prefetcher.close()
            self._view = None
        os.close(self._handle)

    def _map(self, pages: int) -> View:
        size = os.fstat(self._handle).st_size
        if size < pages * self.page_bytes:
            raise Damaged(f"{self._path.name} is shorter than the {pages} pages that the catalog knows")
        content = mmap.mmap(self._handle, size, prot=mmap.PROT_READ)
        if hasattr(mmap, "MADV_RANDOM"):
            content.madvise(mmap.MADV_RANDOM)
        address = np.frombuffer(content, np.uint8).ctypes.data
        known = self._view.prefetcher if self._view else None
        return View(content, self.page_bytes, known or Prefetcher(best(self._handle, address), self._handle))

    def _check_header(self) -> None:
        found = os.pread(self._handle, len(header(self.page_bytes)), 0)
        if found != header(self.page_bytes):
            known = found.startswith(_MAGIC)
            version = int.from_bytes(found[len(_MAGIC) : len(_MAGIC) + 4], "little")
            what = f"format {version}, this version reads {_FORMAT}" if known else "no slab header"
            raise Damaged(f"{self._path.name} has {what}")
