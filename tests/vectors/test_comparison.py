"""How verify compares an index with the source: in blocks of the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import VectorDelta
from tests.vectors.oracle import Reader, Truth


class Blocks:
    """A source that goes through at most so many journal entries at a time, whatever it is asked for."""

    def __init__(self, reader: Reader, most: int) -> None:
        self._reader = reader
        self._most = most
        self.longest = 0

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        upto = min(after_sequence + self._most, self._reader.sequence)
        notes = {
            row: it
            for row, it in self._reader.notes.items()
            if after_sequence < it.keyed <= upto or after_sequence < it.changed <= upto
        }
        purged = {row: at for row, at in self._reader.purged.items() if at <= upto}
        found = replace(self._reader, notes=notes, purged=purged).vector_delta(after_sequence)
        self.longest = max(self.longest, len(found.note_rows))
        return replace(found, upto=upto)


@pytest.fixture
def history(vectors: Callable[[int], Matrix]) -> Truth:
    truth = Truth()
    for _ in range(30):
        truth.add(*vectors(1))
    for row in (3, 9, 4):
        truth.purge(row)
    for row in (5, 6):
        truth.rekey(row, vectors(2))
        truth.show(row, visible=False)
    return truth


def test_the_source_is_read_in_blocks(saved, history):
    saved.save(history.reader(), history.state())
    source = Blocks(history.reader(), 4)
    assert saved.verify(source, history.state()) == []
    assert source.longest == 4


def test_a_difference_in_a_later_block_is_told(saved, history, vectors):
    saved.save(history.reader(), history.state())
    saved.close()
    reader = history.reader()
    notes = {**reader.notes, 28: replace(reader.notes[28], keys=vectors(1))}
    found = saved.verify(Blocks(replace(reader, notes=notes), 4), history.state())
    assert [(it.kind, it.detail) for it in found] == [("different", "stored: 1 notes, the first in row 28")]


class Replayed:
    """A source whose blocks say what notes were, not what they are: the last word on a note counts."""

    def __init__(self, deltas: list[VectorDelta]) -> None:
        self._deltas = deltas

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        return self._deltas[after_sequence]


def test_what_a_later_block_says_of_a_note_counts(saved, vectors):
    truth = Truth()
    deltas = []
    for change in (
        lambda: truth.add(*vectors(6)),
        lambda: truth.purge(2),
        lambda: truth.rekey(3, vectors(1)),
        lambda: truth.show(4, visible=False),
    ):
        change()
        deltas.append(truth.reader().vector_delta(truth.state().last_sequence - 1))
    saved.save(truth.reader(), truth.state())
    assert saved.verify(Replayed(deltas), truth.state()) == []


class Timed:
    """A source that says when notes were."""

    def __init__(self, truth: Truth, moved: int | None = None) -> None:
        self._reader = truth.reader()
        self._moved = moved

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        found = self._reader.vector_delta(after_sequence)
        times = np.stack((10 * found.note_rows, 20 * found.note_rows), axis=1)
        times[found.note_rows == self._moved, 1] += 1
        return replace(found, times=times)


def test_nothing_is_wrong_with_times_that_are_the_same(saved, history):
    saved.save(Timed(history), history.state())
    assert saved.verify(Timed(history), history.state()) == []


def test_other_times_are_a_difference(saved, history):
    saved.save(Timed(history), history.state())
    saved.close()
    found = saved.verify(Timed(history, moved=12), history.state())
    assert [(it.kind, it.detail) for it in found] == [("different", "stored: 1 notes, the first in row 12")]
