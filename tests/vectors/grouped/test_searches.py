"""What each group of keys sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from memsvc.domain.notes import KeyKind
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.vectors.grouped import GroupedIndex
from tests.support.drafts import ACTOR, SCOPE, T0, draft, forget, key, purge, put_vectors, store, unit_vector
from tests.vectors.grouped.world import (
    DRAWN,
    NOTES,
    OTHER,
    WHOLE,
    Open,
    assert_right,
    at,
    keyed,
    many,
    search,
    tiered,
    traces,
)


def test_every_group_needs_an_index(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        GroupedIndex({WHOLE: tiered(tmp_path, "flat")})


def test_groups_do_not_see_each_others_keys(opened: Open, storage: MemoryStorage) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        assert_right(index, reader)
        assert search(index, reader, "note 7", group=WHOLE).scores[0] > 0.99
        assert search(index, reader, "note 7", group=DRAWN).scores[0] < 0.99
        assert search(index, reader, "note 7 a", group=WHOLE).scores[0] < 0.99
        assert search(index, reader, "note 7 a", group=DRAWN).scores[0] > 0.99


def test_notes_without_drawn_keys_are_not_found_by_them(opened: Open, storage: MemoryStorage) -> None:
    with storage.reader(SCOPE) as reader:
        found = search(opened(), reader, "note 8", group=DRAWN, k=NOTES)
        assert len(found.rows) == NOTES // 2
        assert len(search(opened(), reader, "note 8", group=WHOLE, k=NOTES).rows) == NOTES


def test_a_group_without_keys_finds_nothing(opened: Open) -> None:
    storage = MemoryStorage()
    store(storage, draft("a"))
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        assert search(index, reader, "a", group=DRAWN).rows.tolist() == []
        assert index.verify(reader, at(reader)) == []


def test_changes_are_seen_by_each_group_at_once(opened: Open, storage: MemoryStorage) -> None:
    index, hidden, gone = opened(), keyed("hidden", "hidden a"), keyed("gone", "gone a")
    store(storage, hidden, gone)
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        assert_right(index, reader)
    forget(storage, hidden.id)
    purge(storage, gone.id)
    with storage.writer(SCOPE) as writer:
        note = next(
            record.note for record in writer.records(after_row=0, limit=99) if record.note.content == "note 7"
        )
        put_vectors(writer, [keyed("x", "new a")])
        writer.rekey(note.id, [key("note 7"), key("new a", KeyKind.FACT)], version="v2", at=T0, actor=ACTOR)
    with storage.reader(SCOPE) as reader:
        assert_right(index, reader)
        assert search(index, reader, "new a", group=DRAWN).rows[0] == note.row
        assert search(index, reader, "note 7 a", group=DRAWN).scores[0] < 0.99
        for group, text in ((WHOLE, "hidden"), (WHOLE, "gone"), (DRAWN, "hidden a"), (DRAWN, "gone a")):
            assert search(index, reader, text, group=group).scores[0] < 0.99


@pytest.mark.parametrize("save_again", [False, True])
def test_a_note_that_lost_its_drawn_keys_is_found_by_them_no_more(
    opened: Open, storage: MemoryStorage, tmp_path: Path, save_again: bool
) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        notes = [record.note for record in reader.records(after_row=0, limit=99)]
    note = next(note for note in notes if note.content == "note 7")
    with storage.writer(SCOPE) as writer:
        writer.rekey(note.id, [key("note 7")], version="v2", at=T0, actor=ACTOR)
    with storage.reader(SCOPE) as reader:
        if save_again:
            index.save(reader, at(reader))
        assert note.row not in search(index, reader, "note 7 a", group=DRAWN, k=NOTES).rows
        assert search(index, reader, "note 7", group=WHOLE).rows[0] == note.row
        assert_right(index, reader)
        assert index.verify(reader, at(reader)) == []
        index.purge(reader, at(reader))
        assert traces(tmp_path, "note 7 a") == set()


def test_two_namespaces_do_not_mix(opened: Open, tmp_path: Path, storage: MemoryStorage, form: str) -> None:
    store(storage, *many("other"), scope=OTHER)
    index = opened()
    for scope in (SCOPE, OTHER):
        with storage.reader(scope) as reader:
            index.save(reader, at(reader))
    with storage.reader(OTHER) as other, storage.reader(SCOPE) as reader:
        assert search(index, other, "other 7 a", group=DRAWN).scores[0] > 0.99
        assert search(index, reader, "other 7 a", group=DRAWN).scores[0] < 0.99
        index.erase(at(other).row)
        assert traces(tmp_path, "other 7", "other 7 a") == set()
        assert_right(index, reader)
        assert index.verify(reader, at(reader)) == []


def test_hidden_notes_are_found_where_they_are_allowed(opened: Open, storage: MemoryStorage) -> None:
    hidden = keyed("hidden", "hidden a")
    (added,) = store(storage, hidden)
    forget(storage, hidden.id)
    index = opened()
    allowed = np.array([added.row], np.int64)
    with storage.reader(SCOPE) as reader:
        for group, text in ((WHOLE, "hidden"), (DRAWN, "hidden a")):
            found = index.search(reader, at(reader), unit_vector(text), group=group, k=5, allowed=allowed)
            assert found.rows.tolist() == [added.row]
