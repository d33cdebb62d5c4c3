"""File steps that stop, or fail as a bad disk does, at a chosen moment."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from pathlib import Path

from memsvc_stores.vectors.files import Bytes, Files, Written

__all__ = ["Crash", "FaultyFiles", "broken_disk", "crash"]


class Crash(Exception):
    """The process ends here."""


def crash() -> Exception:
    return Crash()


def broken_disk(code: int = errno.ENOSPC) -> Exception:
    return OSError(code, "injected")


class FaultyFiles(Files):
    """Raises at the step numbered `at`, counted from 0; a write is cut in the middle at its second step."""

    def __init__(self, at: int, fault: Callable[[], Exception]) -> None:
        self.steps = 0
        self._at = at
        self._fault = fault

    def write(self, path: Path, blocks: Iterable[Bytes]) -> Written:
        content = b"".join(blocks)
        self._step()
        if self.steps == self._at:
            path.write_bytes(content[: len(content) // 2])
        self._step()
        return super().write(path, [content])

    def zero(self, path: Path) -> None:
        self._step()
        super().zero(path)

    def make_directory(self, path: Path) -> None:
        self._step()
        super().make_directory(path)

    def sync_directory(self, path: Path) -> None:
        self._step()
        super().sync_directory(path)

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        super().rename(source, target)

    def remove_file(self, path: Path) -> None:
        self._step()
        super().remove_file(path)

    def remove_directory(self, path: Path) -> None:
        self._step()
        super().remove_directory(path)

    def _step(self) -> None:
        here, self.steps = self.steps, self.steps + 1
        if here == self._at:
            raise self._fault()
