"""Ways of telling the kernel which ranges of a mapped file are about to be read."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import struct
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Advice", "ByFile", "ByProcess", "Nothing", "ReadAdvise", "announce_beginnings", "best", "chosen"]

_PROCESS_MADVISE: Final = 440
_WILLNEED: Final = 3
_MOST_RANGES: Final = 1024


class Advice(Protocol):
    """`works` probes whether the system has it; it never raises."""

    def works(self, handle: int, address: int, /) -> bool: ...

    def will_read(self, handle: int, address: int, ranges: NDArray[np.uint64], /) -> None:
        """Ask for ranges (n, 2): start in the file, aligned to pages, and length.

        `address` is where the file is mapped.
        """

    def close(self) -> None:
        """Let go of what it holds of the system; it may be used again."""


class ByProcess:
    """`process_madvise` on this process: one call for 1,024 ranges (Linux 5.10)."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._process = -1
        self._handle = -1

    def works(self, _handle: int, address: int) -> bool:
        if self._libc is None or not hasattr(os, "pidfd_open"):
            return False
        try:
            return self._call(address, np.array([[0, mmap.PAGESIZE]], np.uint64)) > 0
        except OSError:
            return False

    def will_read(self, _handle: int, address: int, ranges: NDArray[np.uint64]) -> None:
        for start in range(0, len(ranges), _MOST_RANGES):
            self._call(address, ranges[start : start + _MOST_RANGES])

    def _call(self, address: int, ranges: NDArray[np.uint64]) -> int:
        assert self._libc is not None
        if self._process != os.getpid():
            self.close()
            self._process, self._handle = os.getpid(), os.pidfd_open(os.getpid())
        vector = ranges + np.array([address, 0], np.uint64)
        return int(
            self._libc.syscall(
                ctypes.c_long(_PROCESS_MADVISE),
                ctypes.c_int(self._handle),
                ctypes.c_void_p(vector.ctypes.data),
                ctypes.c_size_t(len(vector)),
                ctypes.c_int(_WILLNEED),
                ctypes.c_uint(0),
            )
        )

    def close(self) -> None:
        if self._handle >= 0 and self._process == os.getpid():
            os.close(self._handle)
        self._handle = self._process = -1


class ByFile:
    """`posix_fadvise`, one call a range."""

    def works(self, _handle: int, _address: int, /) -> bool:
        return hasattr(os, "posix_fadvise")

    def will_read(self, handle: int, _address: int, ranges: NDArray[np.uint64]) -> None:
        # Advice for a file that has been closed since helps nobody and harms nobody.
        with suppress(OSError):
            for start, length in ranges.tolist():
                os.posix_fadvise(handle, start, length, os.POSIX_FADV_WILLNEED)

    def close(self) -> None:
        pass


class ReadAdvise:
    """`F_RDADVISE` of macOS, one call a range."""

    def works(self, _handle: int, _address: int, /) -> bool:
        return hasattr(fcntl, "F_RDADVISE")

    def will_read(self, handle: int, _address: int, ranges: NDArray[np.uint64]) -> None:
        command: int = getattr(fcntl, "F_RDADVISE")  # noqa: B009
        with suppress(OSError):
            for start, length in ranges.tolist():
                fcntl.fcntl(handle, command, struct.pack("qi4x", start, length))

    def close(self) -> None:
        pass


class Nothing:
    """No advice: pages are read when they are touched."""

    def works(self, _handle: int, _address: int, /) -> bool:
        return True

    def will_read(self, _handle: int, _address: int, _ranges: NDArray[np.uint64]) -> None:
        pass

    def close(self) -> None:
        pass


def announce_beginnings(paths: Iterable[Path], length: int) -> None:
    """Ask for the first bytes of files, where the system can: opening them reads it piece by piece."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in paths:
        # What cannot be opened is found out by whoever opens it next.
        with suppress(OSError):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(handle, 0, length, os.POSIX_FADV_WILLNEED)
            finally:
                os.close(handle)


def best(handle: int, address: int) -> Advice:
    """Return the cheapest way that works here for a file that is mapped at an address."""
    ways: tuple[Advice, ...] = (ByProcess(), ByFile(), ReadAdvise(), Nothing())
    return chosen(ways, handle, address)


def chosen(ways: Sequence[Advice], handle: int, address: int) -> Advice:
    """Return the first way that works; the last one has to."""
    for way in ways:
        if way.works(handle, address):
            return way
        way.close()
    return ways[-1]
