from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from threading import Barrier

import pytest

from memsvc.errors import LlmBadReply, LlmRefused, LlmUnavailable, MemsvcError
from memsvc_evals.longmemeval.answering.threads import Failed, in_threads, stop_when_down

DOWN = LlmUnavailable("down")


def test_outcomes_come_in_order_from_several_threads() -> None:
    together = Barrier(2, timeout=10)

    def work(number: int) -> int:
        together.wait()
        return 10 * number

    assert list(in_threads(work, range(4), threads=2)) == [0, 10, 20, 30]


@pytest.mark.parametrize("error", [LlmBadReply("bad"), LlmRefused("no"), DOWN])
def test_a_models_failure_is_an_outcome(error: MemsvcError) -> None:
    def work(number: int) -> int:
        if number == 1:
            raise error
        return number

    assert list(in_threads(work, range(3), threads=1)) == [0, Failed(1, error), 2]


def test_any_other_error_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda number: 1 // number, [0], threads=1))


def test_items_are_taken_only_as_they_are_needed() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    assert next(iter(in_threads(lambda number: number, items(), threads=2))) == 0
    assert len(taken) == 4


def test_five_failures_in_a_row_stop_the_run() -> None:
    outcomes = [1, *[Failed(n, DOWN) for n in range(4)], 2, *[Failed(n, DOWN) for n in range(9)]]
    passing = stop_when_down(outcomes)
    assert list(islice(passing, 11)) == outcomes[:11]
    with pytest.raises(LlmUnavailable, match="stopped after 5 failures in a row, the last one: down"):
        next(passing)


def test_bad_replies_do_not_stop_a_run() -> None:
    outcomes = [Failed(number, LlmBadReply("empty")) for number in range(9)]
    assert len(list(stop_when_down(outcomes))) == 9
