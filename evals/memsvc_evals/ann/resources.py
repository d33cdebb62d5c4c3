"""What a process holds and reads on Linux, and how its files leave the page cache."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

__all__ = ["PeakAnon", "Resident", "evict", "held", "read_bytes", "resident"]

_DONTNEED = 4
_SAMPLED_SECONDS = 0.02


class Resident(NamedTuple):
    """The resident set in bytes: anonymous memory (heap, stacks) and pages of files."""

    anon: int
    file: int


def held() -> Resident:
    """Return the resident set without freed memory, of which glibc keeps some (25 MB after importing faiss)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))
    return resident()


def resident() -> Resident:
    """Return the resident set as it is."""
    fields = {}
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        for line in status:
            name, _, value = line.partition(":")
            fields[name] = value
    return Resident(*(1024 * int(fields[name].split()[0]) for name in ("RssAnon", "RssFile")))


class PeakAnon:
    """The most anonymous memory while its context is open, sampled 50 times a second."""

    def __init__(self) -> None:
        self.bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLED_SECONDS):
            self.bytes = max(self.bytes, resident().anon)

    def __enter__(self) -> PeakAnon:
        self.bytes = resident().anon
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self.bytes = max(self.bytes, resident().anon)


def read_bytes() -> int:
    """Return what this process had fetched from storage so far."""
    with open("/proc/self/io", encoding="ascii") as io:
        return next(int(line.split()[1]) for line in io if line.startswith("read_bytes"))


def evict(folder: Path) -> None:
    """Drop the folder's files from this process's mappings and from the page cache."""
    _drop_mappings(str(folder.resolve()))
    for path in folder.rglob("*"):
        if path.is_file():
            _drop_cached(path)


def _drop_mappings(folder: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        lines = [line.split(None, 5) for line in maps]
    for fields in lines:
        # Not what is private and writable: that would be lost.
        if len(fields) == 6 and fields[5].startswith(folder) and fields[1][1::2] != "wp":
            start, end = (int(part, 16) for part in fields[0].split("-"))
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONTNEED)


def _drop_cached(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
