"""Damage that checksums do not show, because a writer has made it: verify names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from memsvc.ports.embedding import Matrix, Model
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import put_code, unpack
from memsvc_stores.vectors.directory import Listing
from memsvc_stores.vectors.layout import EMPTY, SLOTS
from memsvc_stores.vectors.slabs.draft import SlabDraft
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.slabs.store import Store
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.oracle import Truth, unit

LIMITS = {"flat": 1 << 20, "paged": 100}
NAMESPACE = 1


class World:
    """A stored namespace, changed in place after it was built, and what it should hold."""

    def __init__(self, directory: Path, *, form: str, dimension: int = 100) -> None:
        self.directory = directory
        self.codec = Codec.of(dimension)
        self.truth = Truth(model=Model(f"fake-{dimension}", dimension, 256))
        self._form = form
        self._generator = np.random.default_rng(11)
        self._centres = self._generator.standard_normal((8, dimension))
        self._add(300)
        self._save()
        for row in (2, 77, 78, 250):
            self.truth.purge(row)
        self._add(1)
        self.truth.show(9, visible=False)
        self.truth.rekey(10, self._vectors(2))
        self._save()
        self.truth.purge(100)
        self._save()

    def index(self) -> TieredVectorIndex:
        return TieredVectorIndex(self.directory, memory_bytes=1 << 20, exact_keys=0, flat_keys=LIMITS[self._form])

    def problems(self) -> list[tuple[str, str]]:
        """Return what a new process says of the index."""
        index = self.index()
        found = [(it.kind, it.detail) for it in index.verify(self.truth.reader(), self.truth.state())]
        index.close()
        return found

    @contextmanager
    def changed(self) -> Iterator[SlabDraft]:
        """Commit changes of arrays, with right checksums."""
        store = Store(self.directory, Files())
        with store.draft(NAMESPACE, fresh=False) as draft:
            yield draft
            assert draft.base is not None
            store.commit(draft, draft.base.meta)
        store.close()

    def _vectors(self, count: int) -> Matrix:
        near = self._centres[self._generator.integers(8, size=count)]
        return unit(near + 0.8 * self._generator.standard_normal(near.shape))

    def _add(self, count: int) -> None:
        self.truth.add(*self._vectors(count))

    def _save(self) -> None:
        index = self.index()
        index.save(self.truth.reader(), self.truth.state())
        assert index.stats(self.truth.reader(), self.truth.state()).form == self._form
        index.close()


@pytest.fixture
def flat(tmp_path: Path) -> World:
    return World(tmp_path, form="flat")


@pytest.fixture
def paged(tmp_path: Path) -> World:
    return World(tmp_path, form="paged")


def slots(draft: SlabDraft) -> np.ndarray:
    """Return the slots of every posting."""
    return draft.array("ids").items(np.arange(draft.array("codes").count)).view(np.uint32)


def put_slot(draft: SlabDraft, posting: int, slot: int, row: int) -> None:
    held = slots(draft)[posting].copy()
    held[slot] = row
    draft.array("ids").set_items(np.array([posting]), held.view(np.uint8)[None])


def places(draft: SlabDraft, row: int) -> np.ndarray:
    return draft.array("places").items(np.array([row])).view(np.uint32)[0].copy()


def put_places(draft: SlabDraft, row: int, values: np.ndarray) -> None:
    draft.array("places").set_items(np.array([row]), values.astype(np.uint32).view(np.uint8)[None])


def other_code(draft: SlabDraft, name: str, page: int, slot: int) -> None:
    """Give a slot a code that is far from its own."""
    held = unpack(draft.array(name).read(page)[None])[slot]
    put_code(draft.array(name).edit(page), slot, held ^ 0xFF)


@pytest.mark.parametrize("dimension", [384, 100])
@pytest.mark.parametrize("form", sorted(LIMITS))
def test_nothing_is_wrong_with_a_sound_index(tmp_path, form, dimension):
    assert World(tmp_path, form=form, dimension=dimension).problems() == []


def test_nothing_is_wrong_with_a_paged_index_that_became_flat_again(tmp_path, monkeypatch):
    world = World(tmp_path, form="paged")
    monkeypatch.setitem(LIMITS, "paged", 1 << 20)
    index = world.index()
    world.truth.purge(20)
    index.save(world.truth.reader(), world.truth.state())
    assert index.stats(world.truth.reader(), world.truth.state()).form == "flat"
    assert world.problems() == []


def test_what_is_in_sql_only_is_no_difference(paged):
    paged.truth.add(np.eye(100, dtype=np.float32)[:1])
    paged.truth.rekey(5, np.eye(100, dtype=np.float32)[1:3])
    paged.truth.purge(6)
    paged.truth.show(7, visible=False)
    assert paged.problems() == []


def test_a_code_of_another_vector_in_a_flat_index(flat):
    with flat.changed() as draft:
        other_code(draft, "codes", 2, 5)
    row = 2 * SLOTS + 5
    assert flat.problems() == [("corrupt", f"stored: 1 codes are not those of their rows, the first of row {row}")]


def test_a_code_in_an_unused_row(flat):
    with flat.changed() as draft:
        notes = draft.array("notes").items(np.arange(300)).view(np.int64)[:, 0]
        row = int(np.flatnonzero(notes == -1)[0])
        other_code(draft, "codes", row // SLOTS, row % SLOTS)
    assert flat.problems() == [("corrupt", f"stored: 1 unused rows have a code, the first is row {row}")]


def test_an_unused_row_that_is_not_hidden(flat):
    with flat.changed() as draft:
        notes = draft.array("notes").items(np.arange(300)).view(np.int64)[:, 0]
        row = int(np.flatnonzero(notes == -1)[0])
        bits = draft.extent("hidden").copy()
        bits[row >> 3] &= ~np.uint8(1 << (row & 7))
        draft.put("hidden", bits)
    assert flat.problems() == [("corrupt", f"stored: 1 unused rows are not hidden, the first is row {row}")]


def test_a_set_of_hidden_rows_that_is_too_short(flat):
    with flat.changed() as draft:
        draft.put("hidden", draft.extent("hidden")[:-1])
    assert flat.problems() == [("corrupt", "stored: the set of hidden rows has 37 bytes for 300 rows")]


def test_notes_past_the_last_row(flat):
    with flat.changed() as draft:
        draft.array("notes").set_items(np.array([310]), np.array([[7]]).view(np.uint8))
    assert flat.problems() == [("corrupt", "stored: there are notes past the last of 300 rows")]


def test_a_row_that_the_directory_does_not_name(flat):
    with flat.changed() as draft:
        name = "directory" if draft.extent("directory").size else "recent"
        listing = Listing.read(draft.extent(name))
        kept = listing.rows != 40
        draft.put(name, Listing(listing.notes[kept], listing.rows[kept]).bytes())
    assert flat.problems() == [
        ("corrupt", "stored: 1 rows are not in the directory, the first is row 40"),
        ("missing", "stored: 1 notes, the first in row 41"),
        ("extra", "stored: 1 notes, the first in row 41"),
    ]


def test_a_directory_that_names_a_row_that_is_not_there(flat):
    with flat.changed() as draft:
        name = "directory" if draft.extent("directory").size else "recent"
        listing = Listing.read(draft.extent(name))
        rows = listing.rows.copy()
        rows[7] = 1 << 20
        draft.put(name, Listing(listing.notes, rows).bytes())
    assert ("corrupt", "stored: 1 entries of the directory name no row, the first is entry 7") in flat.problems()


def test_a_directory_that_does_not_ascend(flat):
    with flat.changed() as draft:
        name = "directory" if draft.extent("directory").size else "recent"
        listing = Listing.read(draft.extent(name))
        order = np.arange(listing.notes.size)
        order[[7, 8]] = 8, 7
        draft.put(name, Listing(listing.notes[order], listing.rows[order]).bytes())
    assert (
        "corrupt",
        "stored: 1 entries of the directory do not ascend, the first is entry 8",
    ) in flat.problems()


def test_a_wrong_number_of_keys(flat):
    store = Store(flat.directory, Files())
    with store.draft(NAMESPACE, fresh=False) as draft:
        living = draft.base.meta.living
        store.commit(draft, replace(draft.base.meta, living=living + 1))
    store.close()
    assert flat.problems() == [("corrupt", f"stored: {living} rows are used, not {living + 1}")]


def test_a_code_of_another_vector_in_a_posting(paged):
    with paged.changed() as draft:
        posting, slot = (int(it[0]) for it in np.nonzero(slots(draft) != EMPTY))
        row = int(slots(draft)[posting, slot])
        other_code(draft, "codes", posting, slot)
    assert paged.problems() == [
        ("corrupt", f"stored: 1 codes in postings are not those of their rows, the first of row {row}")
    ]


def test_a_code_left_in_an_empty_slot(paged):
    with paged.changed() as draft:
        posting, slot = (int(it[0]) for it in np.nonzero(slots(draft) == EMPTY))
        other_code(draft, "codes", posting, slot)
    what = f"1 empty slots do not hold the code of their negated head, the first in posting {posting}"
    assert paged.problems() == [("corrupt", f"stored: {what}")]


def test_a_head_that_is_not_of_its_centroid(paged):
    with paged.changed() as draft:
        other_code(draft, "heads", 0, 3)
    assert paged.problems() == [
        ("corrupt", "stored: 1 head codes are not those of their centroids, the first of posting 3")
    ]


def test_an_id_of_an_unused_row(paged):
    with paged.changed() as draft:
        posting, slot = (int(it[0]) for it in np.nonzero(slots(draft) != EMPTY))
        row = int(slots(draft)[posting, slot])
        put_slot(draft, posting, slot, 5000)
    assert (
        "corrupt",
        f"stored: 1 slots have a row that is not there, the first in posting {posting}",
    ) in paged.problems()
    assert (
        "corrupt",
        f"stored: 1 rows have places that are not theirs, the first is row {row}",
    ) in paged.problems()


def test_an_id_of_another_row(paged):
    with paged.changed() as draft:
        taken = slots(draft)
        posting, slot = (int(it[0]) for it in np.nonzero(taken != EMPTY))
        other = int(next(row for row in taken[-1] if row != EMPTY and row not in taken[posting]))
        put_slot(draft, posting, slot, other)
    told = [detail for _, detail in paged.problems()]
    assert f"stored: 1 slots are not among the places of their row, the first of row {other}" in told
    assert f"stored: 1 codes in postings are not those of their rows, the first of row {other}" in told


def test_a_row_that_is_twice_in_a_posting(paged):
    with paged.changed() as draft:
        posting, slot = (int(it[0]) for it in np.nonzero(slots(draft) == EMPTY))
        row = int(next(row for row in slots(draft)[posting] if row != EMPTY))
        put_slot(draft, posting, slot, row)
    told = [detail for _, detail in paged.problems()]
    assert f"stored: 1 postings have a row twice, the first is posting {posting}" in told


def test_a_row_that_is_in_no_posting(paged):
    with paged.changed() as draft:
        put_places(draft, 30, np.full(2, EMPTY))
        for posting, slot in zip(*np.nonzero(slots(draft) == 30), strict=True):
            put_slot(draft, int(posting), int(slot), EMPTY)
    assert ("corrupt", "stored: 1 rows are in no posting, the first is row 30") in paged.problems()


def test_a_place_that_names_the_slot_of_another_row(paged):
    with paged.changed() as draft:
        values = places(draft, 30)
        values[0] = places(draft, 31)[0]
        put_places(draft, 30, values)
    told = [detail for _, detail in paged.problems()]
    assert "stored: 1 rows have places that are not theirs, the first is row 30" in told


def test_a_second_place_without_a_first(paged):
    with paged.changed() as draft:
        put_places(draft, 30, np.array([EMPTY, places(draft, 30)[0]]))
    told = [detail for _, detail in paged.problems()]
    assert "stored: 1 rows have a second place without a first, the first is row 30" in told


def test_a_key_of_another_vector_has_neither_the_code_nor_the_key_that_it_should(flat):
    with flat.changed() as draft:
        item = draft.array("rows").items(np.array([40]))
        draft.array("rows").set_items(np.array([40]), (-item.view(np.float16)).view(np.uint8))
    assert flat.problems() == [
        ("corrupt", "stored: 1 codes are not those of their rows, the first of row 40"),
        ("different", "stored: 1 notes, the first in row 41"),
    ]


def test_a_key_that_is_not_finite(flat):
    with flat.changed() as draft:
        width = draft.array("rows").item_bytes
        draft.array("rows").set_items(np.array([40]), np.full((1, width), 0x7C, np.uint8))
        draft.array("rows").set_items(np.array([41]), np.full((1, width), 0xFF, np.uint8))
    assert ("corrupt", "stored: 2 codes are not those of their rows, the first of row 40") in flat.problems()


def test_an_open_index_is_compared_as_well(paged):
    index = paged.index()
    reader, state = paged.truth.reader(), paged.truth.state()
    index.search(reader, state, reader.notes[1].keys[0], k=1, allowed=None)
    assert index.verify(reader, state) == []
    notes = dict(reader.notes)
    del notes[1]
    without = replace(reader, notes=notes, purged={})
    assert [it.detail for it in index.verify(without, state)] == [
        "stored: 1 notes, the first in row 1",
        "memory: 1 notes, the first in row 1",
    ]
