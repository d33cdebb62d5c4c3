"""Runs are handed out once, come back joined, and many pages come together."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from memsvc_stores.vectors.slabs import allocator, schema
from memsvc_stores.vectors.slabs.runs import Run, joined, pages_of, runs_of

SIZE = 4096
Choice = tuple[bool, int, bool]
choices = st.lists(st.tuples(st.booleans(), st.integers(1, 150), st.booleans()), max_size=40)


def _connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    connection.execute("INSERT INTO slabs VALUES (?, 1)", (SIZE,))
    return connection


def _free(connection: sqlite3.Connection) -> list[Run]:
    return [Run(*row) for row in connection.execute("SELECT first, count FROM free ORDER BY first")]


@given(choices)
def test_pages_have_one_owner_and_none_is_lost(steps: list[Choice]) -> None:
    connection = _connection()
    held: list[list[Run]] = []
    for take, count, together in steps:
        if take or not held:
            given_runs = allocator.take(connection, SIZE, count, together=together)
            assert sum(run.count for run in given_runs) == count
            assert len(given_runs) == 1 or (count < 64 and not together)
            held.append(given_runs)
        else:
            allocator.add(connection, SIZE, held.pop(count % len(held)))
        (end,) = connection.execute("SELECT pages FROM slabs").fetchone()
        free = _free(connection)
        everything = [run for runs in held for run in runs] + free
        assert sorted(pages_of(everything).tolist()) == list(range(1, end))
        assert free == joined(free)
    connection.close()


def test_the_best_fitting_run_is_taken() -> None:
    connection = _connection()
    first, _, third, _ = (allocator.take(connection, SIZE, count) for count in (10, 1, 4, 1))
    allocator.add(connection, SIZE, first + third)
    assert allocator.take(connection, SIZE, 3) == [Run(third[0].first, 3)]
    assert _free(connection) == [first[0], Run(third[0].first + 3, 1)]
    connection.close()


def test_few_pages_are_put_together_from_pieces_and_many_are_not() -> None:
    connection = _connection()
    runs = [allocator.take(connection, SIZE, 2)[0] for _ in range(80)]
    for run in runs[::2]:
        allocator.add(connection, SIZE, [run])
    assert len(allocator.take(connection, SIZE, 6)) == 3
    assert allocator.take(connection, SIZE, 70) == [Run(161, 70)]
    assert allocator.take(connection, SIZE, 6, together=True) == [Run(231, 6)]
    connection.close()


@given(st.sets(st.integers(0, 60)))
def test_runs_hold_the_pages_that_they_were_made_of(pages: set[int]) -> None:
    runs = runs_of(pages_of([Run(page, 1) for page in pages]))
    assert sorted(pages_of(runs).tolist()) == sorted(pages)
    assert runs == joined(runs)
