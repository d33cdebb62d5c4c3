"""Stores on a disk and in memory, files that stop the world, and an inspection of a directory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsvc_stores.vectors.layout import Meta, Stored
from memsvc_stores.vectors.slabs.catalog import CATALOG
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.slabs.memory import MemoryDraft, MemoryStored, commit
from memsvc_stores.vectors.slabs.runs import Run
from memsvc_stores.vectors.slabs.slab import slab_name
from memsvc_stores.vectors.slabs.store import Store
from memsvc_stores.vectors.slabs.stored import read_record

STEPS = (
    "make_directory",
    "create",
    "grow",
    "write",
    "zero",
    "release",
    "sync",
    "sync_directory",
    "rename",
    "remove",
    "commit",
)


class Crash(BaseException):
    """The process is gone: nothing that it does from here on reaches the disk."""


class StoppingFiles(Files):
    """Does `fault` before or after one step, counted from 1; after a Crash every further step crashes too."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.at = 0
        self.after = False
        self.fault: Callable[[], None] = lambda: None
        self.once = True
        self._dead = False

    def arm(self, at: int, fault: Callable[[], None], *, after: bool = False, once: bool = True) -> None:
        self.steps, self.at, self.fault, self.after, self.once, self._dead = [], at, fault, after, once, False

    def disarm(self) -> None:
        self.arm(0, lambda: None)

    def _step(self, name: str, do: Callable[[], None]) -> None:
        if self._dead:
            raise Crash
        self.steps.append(name)
        hit = self.at and (len(self.steps) == self.at or (not self.once and len(self.steps) > self.at))
        try:
            if hit and not self.after:
                self.fault()
            do()
            if hit and self.after:
                self.fault()
        except Crash:
            self._dead = True
            raise


def _wrapped(name: str) -> Callable[..., None]:
    def step(self: StoppingFiles, *args: Any, **named: Any) -> None:
        self._step(name, lambda: getattr(Files, name)(self, *args, **named))

    return step


for _name in STEPS:
    setattr(StoppingFiles, _name, _wrapped(_name))


class MemoryStore:
    """The twin, with as much of a Store as the contract needs."""

    def __init__(self) -> None:
        self._newest: dict[int, MemoryStored] = {}

    def open(self, row: int) -> MemoryStored | None:
        return self._newest.get(row)

    @contextmanager
    def draft(self, row: int, *, fresh: bool = False) -> Iterator[MemoryDraft]:
        yield MemoryDraft(None if fresh else self._newest.get(row))

    def commit(self, draft: MemoryDraft, meta: Meta) -> MemoryStored:
        made = self._newest[meta.namespace] = commit(draft, meta)
        return made

    def close(self) -> None:
        pass


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


@pytest.fixture
def files() -> StoppingFiles:
    return StoppingFiles()


@pytest.fixture
def store(directory: Path, files: StoppingFiles) -> Iterator[Store]:
    made = Store(directory, files)
    yield made
    files.disarm()
    made.close()


@pytest.fixture(params=["memory", "disk"])
def either(request: pytest.FixtureRequest, directory: Path) -> Iterator[Any]:
    made = MemoryStore() if request.param == "memory" else Store(directory)
    yield made
    made.close()


class Kit:
    """Builders and readers that the tests share."""

    Crash = Crash
    STEPS = STEPS

    @staticmethod
    def meta(row: int = 1, *, applied: int = 0) -> Meta:
        return Meta(row, "flat", "model", 384, "codec", applied, 5, 5, False, {"some": 3})

    @staticmethod
    def pages(count: int, size: int, *, seed: int = 0) -> np.ndarray:
        return np.random.default_rng(seed).integers(1, 256, (count, size)).astype(np.uint8)

    @classmethod
    def fill(cls, store: Any, row: int = 1, *, seed: int = 0, codes: int = 70, rows: int = 5) -> Any:
        """Commit a namespace of two arrays and two extents; applied = seed."""
        with store.draft(row, fresh=True) as draft:
            draft.create("codes", page_bytes=4096, item_bytes=4096).extend(cls.pages(codes, 4096, seed=seed))
            draft.create("rows", page_bytes=12288, item_bytes=768).extend(cls.pages(rows, 12288, seed=seed))
            draft.put("hidden", cls.pages(1, 40, seed=seed)[0])
            draft.put("directory", cls.pages(1, 9000, seed=seed)[0])
            return store.commit(draft, cls.meta(row, applied=seed))

    @classmethod
    def change(cls, store: Any, row: int = 1, *, seed: int) -> Any:
        """Commit small changes of `fill`'s arrays; applied = seed."""
        with store.draft(row) as draft:
            draft.array("codes").edit(3)[:] = cls.pages(1, 4096, seed=seed)[0]
            draft.array("codes").extend(cls.pages(1, 4096, seed=seed))
            draft.array("rows").set_items(np.array([7, 20]), cls.pages(2, 768, seed=seed))
            draft.put("directory", cls.pages(1, 9500, seed=seed)[0])
            return store.commit(draft, cls.meta(row, applied=seed))

    @staticmethod
    def content(stored: Stored) -> dict[str, bytes]:
        """Return everything of an epoch that can be read."""
        found = {"meta": repr(stored.meta).encode()}
        for name in ("codes", "rows"):
            pages = stored.array(name)
            out = np.empty((pages.count, pages.page_bytes), np.uint8)
            pages.gather(np.arange(pages.count), out)
            found[name] = out.tobytes()
        for name in ("hidden", "directory"):
            found[name] = stored.extent(name).tobytes()
        return found

    @staticmethod
    def inspect(directory: Path) -> list[str]:
        """Return what is wrong with the pages of a directory: two owners, no owner, free but not zero."""
        wrong: list[str] = []
        connection = sqlite3.connect(directory / CATALOG)
        owners: dict[tuple[int, int], list[str]] = {}

        def own(size: int, run: tuple[int, int], who: str) -> None:
            for page in range(run[0], run[0] + run[1]):
                owners.setdefault((size, page), []).append(who)

        for table in ("free", "retired", "pending"):
            for size, first, count in connection.execute(f"SELECT page_bytes, first, count FROM {table}"):
                own(size, (first, count), table)
        for (row,) in connection.execute("SELECT namespace FROM namespaces").fetchall():
            found = read_record(connection, row)
            if found is None:
                continue
            for name, table in found[1].items():
                for page in table.places.tolist():
                    own(found[0].arrays[name].page_bytes, Run(page, 1), f"{row}/{name}")
            for name, entry in found[0].extents.items():
                if entry.inline is None:
                    own(4096, Run(entry.first, -(-entry.length // 4096)), f"{row}/{name}")
        for size, count in connection.execute("SELECT page_bytes, pages FROM slabs").fetchall():
            raw = np.fromfile(directory / slab_name(size), np.uint8)
            for page in range(1, count):
                who = owners.pop((size, page), [])
                if len(who) != 1:
                    wrong.append(f"page {page} of {size} bytes belongs to {who}")
                elif who == ["free"] and raw[page * size : (page + 1) * size].any():
                    wrong.append(f"free page {page} of {size} bytes is not zero")
            if raw[count * size :].any():
                wrong.append(f"the slab of {size} bytes has bytes past its end")
        connection.close()
        return wrong + [f"page {page} lies past the end" for page in owners]


@pytest.fixture
def kit() -> type[Kit]:
    return Kit
