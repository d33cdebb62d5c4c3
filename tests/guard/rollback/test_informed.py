"""What was written by somebody who had read the poison stays as evidence, and is named."""

from __future__ import annotations

from memsvc.domain.notes import Status
from tests.guard.rollback.conftest import BOB, MALLORY, THINKING, Memory


def test_a_reader_s_round_and_its_thoughts_are_limited(memory: Memory) -> None:
    memory.wants(THINKING)
    poison = memory.item("The shop opens at nine.", MALLORY)
    read = memory.round("I live in Rome.", BOB, recalled=[poison])
    memory.work()
    thought = memory.thought("User lives in Rome.")
    done = memory.roll_back(poison)
    assert set(done.limited) == {read, thought}
    assert [memory.status(note) for note in (read, thought)] == [Status.LIMITED] * 2


def test_a_thought_that_another_round_tells_stays_active(memory: Memory) -> None:
    memory.wants(THINKING)
    poison = memory.item("The shop opens at nine.", MALLORY)
    memory.round("I live in Rome.", BOB)
    memory.work()
    memory.round("I live in Rome.", BOB, days=1, recalled=[poison])
    memory.work()
    memory.roll_back(poison)
    assert memory.status(memory.thought("User lives in Rome.")) is Status.ACTIVE


def test_readers_of_readers_are_limited(memory: Memory) -> None:
    poison = memory.item("The shop opens at nine.", MALLORY)
    first = memory.round("I go there at nine.", BOB, recalled=[poison])
    second = memory.round("Then at ten.", BOB, recalled=[first])
    assert set(memory.roll_back(poison).limited) == {first, second}
