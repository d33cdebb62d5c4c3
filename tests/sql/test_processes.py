"""Several processes and threads at one database."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from memsvc_stores.sql import SqlStorage, open_storage
from tests.support.drafts import SCOPE, draft, store

EACH = 20


def _write(url: str, name: str) -> None:
    storage = open_storage(url, timeout=30)
    for number in range(EACH):
        store(storage, draft(f"{name} {number}", id=f"{name}-{number}"))
    storage.close()


def _sequences(url: str) -> list[tuple[int, int]]:
    storage = open_storage(url)
    with storage.reader(SCOPE) as reader:
        changes = reader.changes(after_sequence=0, limit=1000)
    storage.close()
    return [(change.sequence, change.note_row) for change in changes]


@pytest.mark.slow
def test_sequences_of_two_processes_are_dense_and_in_order(bare_url: str) -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        list(processes.map(_write, [bare_url] * 2, ["one", "two"]))
    found = _sequences(bare_url)
    rows = [row for _, row in found]
    assert [sequence for sequence, _ in found] == list(range(1, 2 * EACH + 1))
    assert rows == sorted(set(rows))


def test_threads_write_one_after_the_other(storage: SqlStorage) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: store(storage, draft(f"note {n}")), range(12)))
    with storage.reader(SCOPE) as reader:
        assert reader.stats().last_sequence == 12


def test_the_same_content_from_two_threads_is_stored_once(storage: SqlStorage) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: store(storage, draft("the same"))[0], range(4)))
    assert sorted(answer.row is None for answer in answers) == [False, True, True, True]
