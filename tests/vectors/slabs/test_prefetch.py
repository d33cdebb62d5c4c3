"""Which ranges are asked for, when, and by what means."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memsvc_stores.vectors.slabs import advice
from memsvc_stores.vectors.slabs.advice import Advice, ByFile, ByProcess, Nothing, ReadAdvise
from memsvc_stores.vectors.slabs.prefetch import Prefetcher

Ranges = list[tuple[int, int]]


class Recorded:
    """Advice that takes note of what it is asked for, on a clock of its own."""

    def __init__(self, works: bool = True) -> None:
        self.asked: list[Ranges] = []
        self.now = 0
        self.takes_ns = 0
        self.closed = False
        self._works = works

    def clock(self) -> int:
        return self.now

    def works(self, handle: int, address: int, /) -> bool:
        return self._works

    def will_read(self, handle: int, address: int, ranges: np.ndarray, /) -> None:
        self.asked.append([(start, length) for start, length in ranges.tolist()])
        self.now += self.takes_ns

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def prefetcher(recorded: Recorded) -> Prefetcher:
    return Prefetcher(recorded, 3, clock=recorded.clock)


@pytest.fixture
def mapped(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """A file of 2,000 pages: its handle, and where it is mapped."""
    path = tmp_path / "mapped"
    path.write_bytes(bytes(2000 * mmap.PAGESIZE))
    handle = os.open(path, os.O_RDONLY)
    content = mmap.mmap(handle, 0, prot=mmap.PROT_READ)
    yield handle, np.frombuffer(content, np.uint8).ctypes.data
    os.close(handle)


def test_ranges_are_whole_pages_ascending_and_merged(prefetcher: Prefetcher, recorded: Recorded) -> None:
    prefetcher.ask(0, np.array([40960 + 700, 4000, 768, 12288, 8192]), 768)
    assert recorded.asked == [[(0, 16384), (40960, 4096)]]


def test_up_to_two_pages_between_ranges_are_read_too(prefetcher: Prefetcher, recorded: Recorded) -> None:
    prefetcher.ask(0, np.array([0, 3 * 4096, 7 * 4096]), 4096)
    assert recorded.asked == [[(0, 4 * 4096), (7 * 4096, 4096)]]


def test_a_range_inside_another_does_not_shorten_it(prefetcher: Prefetcher, recorded: Recorded) -> None:
    prefetcher.ask(0, np.array([0, 100, 40960]), 12288)
    assert recorded.asked == [[(0, 16384), (40960, 12288)]]


def test_it_is_off_after_eight_cheap_calls_in_a_row(prefetcher: Prefetcher, recorded: Recorded) -> None:
    for call in range(9):
        recorded.takes_ns = 50_000 if call == 0 else 31_000
        prefetcher.ask(0, np.array([0]), 4096)
    assert not prefetcher.on
    prefetcher.ask(0, np.array([0]), 4096)
    assert len(recorded.asked) == 9


def test_a_dear_call_starts_the_count_anew(prefetcher: Prefetcher, recorded: Recorded) -> None:
    for cost in [31_000] * 7 + [32_000] + [31_000] * 7:
        recorded.takes_ns = cost
        prefetcher.ask(0, np.array([0]), 4096)
    assert prefetcher.on


@pytest.mark.parametrize(("took_us", "on"), [(391, False), (393, True)])
def test_a_slow_gather_switches_it_on_again(
    took_us: int, on: bool, prefetcher: Prefetcher, recorded: Recorded
) -> None:
    for _ in range(8):
        prefetcher.ask(0, np.array([0]), 4096)
    prefetcher.gathered(took_us * 1000, 64)
    assert prefetcher.on is on


@pytest.mark.parametrize("way", [ByProcess(), ByFile(), ReadAdvise(), Nothing()], ids=lambda it: type(it).__name__)
def test_every_way_that_works_here_takes_many_ranges(way: Advice, mapped: tuple[int, int]) -> None:
    if not way.works(*mapped):
        pytest.skip("this system does not have it")
    starts = np.arange(1, 2000, dtype=np.uint64) * np.uint64(mmap.PAGESIZE)
    way.will_read(*mapped, np.stack((starts, np.full_like(starts, mmap.PAGESIZE)), axis=1))
    way.close()


def test_the_first_way_that_works_is_taken_and_the_others_are_closed(mapped: tuple[int, int]) -> None:
    ways = [Recorded(works=False), Recorded(works=True), Recorded(works=True)]
    assert advice.chosen(ways, *mapped) is ways[1]
    assert [way.closed for way in ways] == [True, False, False]


def test_without_any_way_pages_are_read_when_they_are_touched(mapped: tuple[int, int]) -> None:
    nothing = Nothing()
    assert advice.chosen([Recorded(works=False), nothing], *mapped) is nothing


def test_a_kernel_without_process_madvise_is_found_out(
    mapped: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    assert not ByProcess().works(*mapped)
    assert isinstance(advice.best(*mapped), ByFile | ReadAdvise | Nothing)


def test_a_refused_process_madvise_is_found_out(mapped: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(process: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)
    assert not ByProcess().works(*mapped)


def test_advice_for_a_closed_file_does_no_harm(tmp_path: Path) -> None:
    ByFile().will_read(10_000, 0, np.array([[0, 4096]], np.uint64))


def test_beginnings_of_files_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_bytes(b"x" * 10)
    advice.announce_beginnings((tmp_path / "missing", there, tmp_path), 4096)
    assert there.read_bytes() == b"x" * 10
