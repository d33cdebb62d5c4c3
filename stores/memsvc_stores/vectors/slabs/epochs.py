"""Counters that all processes share: per namespace its newest epoch and the least epoch that is still whole."""

from __future__ import annotations

import mmap
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.slabs.files import Files

__all__ = ["EPOCHS", "Epochs"]

EPOCHS: Final = "epochs.bin"
_ENTRY: Final = struct.Struct("<QQ")
_MAGIC: Final = int.from_bytes(b"memsvcE1", "little")
_STEP: Final = 1 << 16
_DEAD: Final = 1


class Epochs:
    """Entry n (two uint64) belongs to namespace row n; entry 0 holds the magic and the mark of a dead directory.

    Written with pwrite, as a full disk then gives an error and not a signal; read through a shared map.
    """

    def __init__(self, path: Path, files: Files) -> None:
        self._files = files
        self._handle = os.open(path, os.O_RDWR if os.access(path, os.W_OK) else os.O_RDONLY)
        try:
            found = os.pread(self._handle, _ENTRY.size, 0)
            magic = int.from_bytes(found[:8], "little")
            if magic == 0:
                # New, or its making was cut short.
                files.write(self._handle, _MAGIC.to_bytes(8, "little"), offset=0)
            elif magic != _MAGIC:
                raise Damaged(f"{path.name} has no header of this version")
            self._lengthen(_STEP)
            self._map = self._mapped()
        except BaseException:
            os.close(self._handle)
            raise

    def get(self, namespace: int) -> tuple[int, int]:
        """Return the newest epoch and the least whole one."""
        offset = namespace * _ENTRY.size
        if offset + _ENTRY.size > len(self._map):
            self._map = self._mapped()
            if offset + _ENTRY.size > len(self._map):
                return 0, 0
        committed, whole = _ENTRY.unpack_from(self._map, offset)
        return committed, whole

    def dead(self) -> bool:
        """Say whether the whole directory has been set aside."""
        return bool(self._map[8] == _DEAD)

    def committed(self, namespace: int, epoch: int) -> None:
        """Tell the newest epoch; an older one changes nothing.

        On a disk that takes nothing it stays untold: readers then find out with the next epoch.
        """
        if self.get(namespace)[0] < epoch:
            with suppress(OSError):
                self._write(namespace, 0, epoch)

    def recycled(self, namespace: int, whole: int) -> None:
        """Tell, before it is done, that pages of all epochs below `whole` are given back."""
        if self.get(namespace)[1] < whole:
            self._write(namespace, 8, whole)

    def bury(self) -> None:
        """Tell every process that has this file open that nothing here counts any more."""
        self._files.write(self._handle, bytes([_DEAD]), offset=8)

    def close(self) -> None:
        os.close(self._handle)

    def _write(self, namespace: int, within: int, value: int) -> None:
        offset = namespace * _ENTRY.size
        self._lengthen(-(-(offset + _ENTRY.size) // _STEP) * _STEP)
        self._files.write(self._handle, value.to_bytes(8, "little"), offset=offset + within)

    def _lengthen(self, size: int) -> None:
        # By a byte at the end and not by truncation, which could cut off what another process has just added.
        # The byte is the highest of a counter: always zero.
        if os.fstat(self._handle).st_size < size:
            self._files.write(self._handle, b"\0", offset=size - 1)

    def _mapped(self) -> mmap.mmap:
        return mmap.mmap(self._handle, os.fstat(self._handle).st_size, prot=mmap.PROT_READ)
