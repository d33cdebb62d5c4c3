from __future__ import annotations

from pathlib import Path

import numpy as np

from memsvc_evals.ann.cases.shared import SharedJournal
from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.ours.source import JournalSource


def test_everything_in_order_is_one_delta(data: AnnData) -> None:
    source = JournalSource.in_order(data.vectors)
    delta = source.vector_delta(0)
    assert delta.upto == source.state().last_sequence == 300
    assert delta.note_rows.tolist() == list(range(1, 301))
    assert np.array_equal(delta.matrix, data.vectors.astype(np.float32))


def test_limit_ends_a_delta_early(data: AnnData) -> None:
    source = JournalSource.in_order(data.vectors)
    delta = source.vector_delta(290, limit=4)
    assert (delta.upto, delta.note_rows.tolist()) == (294, [291, 292, 293, 294])


def test_purged_note_is_gone(data: AnnData) -> None:
    source = JournalSource.empty(data.vectors, room=10)
    source.change([1, 2, 3])
    source.change([-2, 4])
    assert source.living().tolist() == [1, 3, 4]
    assert source.vector_delta(0).note_rows.tolist() == [1, 3, 4]
    later = source.vector_delta(3)
    assert (list(later.purged), later.note_rows.tolist()) == ([2], [4])


def test_notes_past_the_vectors_begin_again(data: AnnData) -> None:
    source = JournalSource.empty(data.vectors, room=10)
    assert np.array_equal(source.matrix(np.array([301])), source.matrix(np.array([1])))


def test_journal_in_a_file_is_seen_by_another_reader(data: AnnData, tmp_path: Path) -> None:
    writer = SharedJournal.create(tmp_path / "journal.npy", data.vectors, room=10)
    reader = SharedJournal(tmp_path / "journal.npy", data.vectors)
    writer.append([1, 2])
    before = reader.source()
    writer.append([-1])
    assert before.living().tolist() == [1, 2]
    assert reader.source().living().tolist() == [2]
    assert reader.source(count=2).living().tolist() == [1, 2]
