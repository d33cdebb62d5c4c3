"""The connections that SQLite reads keep: bounded, used again, and never in the way of writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from memsvc.errors import NotFound, Unavailable
from memsvc_stores.sql import SqlStorage, open_storage
from tests.support.drafts import SCOPE, draft, store


@pytest.fixture
def small(sqlite_path: Path) -> Iterator[SqlStorage]:
    """Return a store of 2 + 2 connections."""
    storage = open_storage(f"sqlite:///{sqlite_path}", timeout=0.1, pool_size=2)
    yield storage
    storage.close()


def _burst(storage: SqlStorage, count: int) -> None:
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(storage.reader(SCOPE))


def _connects(storage: SqlStorage) -> list[object]:
    made: list[object] = []
    event.listen(storage._engines.unpooled, "connect", lambda connection, _: made.append(connection))
    return made


def test_a_burst_of_reads_leaves_writes_possible(small: SqlStorage) -> None:
    _burst(small, 4)
    store(small, draft("a"))
    store(small, draft("b"))


def test_reads_in_work_leave_writes_possible(small: SqlStorage) -> None:
    with small.reader(SCOPE), small.reader(SCOPE), small.reader(SCOPE), small.reader(SCOPE):
        store(small, draft("a"))


def test_no_more_than_the_pool_size_stays_open(small: SqlStorage) -> None:
    closed: list[object] = []
    event.listen(small._engines.unpooled, "close", lambda connection, _: closed.append(connection))
    _burst(small, 4)
    assert len(closed) == 2


def test_reads_can_start_again_after_too_many(small: SqlStorage) -> None:
    with pytest.raises(Unavailable):
        _burst(small, 5)
    _burst(small, 4)


def test_an_error_of_the_caller_keeps_the_connection(small: SqlStorage) -> None:
    made = _connects(small)
    for _ in range(5):
        with pytest.raises(NotFound), small.reader(SCOPE):
            raise NotFound("nothing")
    assert len(made) == 1


def test_a_reader_after_an_error_has_a_new_snapshot(small: SqlStorage) -> None:
    with pytest.raises(NotFound), small.reader(SCOPE):
        raise NotFound("nothing")
    store(small, draft("a"))
    with small.reader(SCOPE) as reader:
        assert sum(reader.stats().notes.values()) == 1


def test_a_connection_on_which_the_database_failed_is_not_used_again(small: SqlStorage) -> None:
    made = _connects(small)
    for _ in range(2):
        with pytest.raises(Unavailable), small.reader(SCOPE):
            raise OperationalError("", None, Exception())
    assert len(made) == 2
