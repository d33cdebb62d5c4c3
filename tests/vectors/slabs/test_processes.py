"""Real processes: writers that are killed, readers beside a writer."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.slabs.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.fault]

WRITER = Path(__file__).with_name("writer.py")
PAGES = 24


@contextmanager
def _writing(directory: Path, seed: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(WRITER), str(directory), str(seed)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _seeds(out: np.ndarray) -> set[tuple[int, int]]:
    words = out.view(np.uint64).reshape(len(out), -1, 2)
    return {
        (int(number) - place, int(seed))
        for place, page in enumerate(words)
        for number, seed in np.unique(page, axis=0)
    }


def test_a_killed_writer_leaves_a_whole_epoch_and_no_page_is_lost(directory: Path, kit: Any) -> None:
    chance = random.Random(11)
    told = 0
    for _ in range(12):
        with _writing(directory, told) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 6)):
                told = int(process.stdout.readline())
            # Somewhere in the next change: a few thousand instructions from here.
            for _ in range(chance.randint(0, 200_000)):
                pass
            process.kill()
            told = max([told, *(int(line) for line in process.stdout.read().split())])
        store = Store(directory)
        stored = store.open(1)
        assert stored.meta.applied in (told, told + 1)
        told = stored.meta.applied
        out = np.empty((PAGES, 4096), np.uint8)
        stored.array("codes").gather(np.arange(PAGES), out)
        assert _seeds(out) == {(0, told)}
        assert set(stored.extent("directory").tolist()) == {told % 251}
        store.collect_orphans()
        assert kit.inspect(directory) == []
        store.close()


def test_a_reader_beside_a_writer_never_takes_wrong_bytes_for_right(directory: Path) -> None:
    with _writing(directory, 0) as process:
        assert process.stdout is not None
        process.stdout.readline()
        store = Store(directory)
        right = overtaken = 0
        newest = 0
        out = np.empty((PAGES, 4096), np.uint8)
        while right < 300:
            try:
                stored = store.open(1)
                assert stored is not None
                extent = set(stored.extent("directory").tolist())
                for _ in range(3):
                    stored.array("codes").gather(np.arange(PAGES), out)
                    if stored.sound():
                        assert _seeds(out) == {(0, stored.meta.applied)}
                        assert extent == {stored.meta.applied % 251}
                        right += 1
                    else:
                        overtaken += 1
                assert stored.meta.applied >= newest
                newest = stored.meta.applied
            except Damaged:
                assert not stored.sound()
                overtaken += 1
        store.close()
    assert newest > 1
