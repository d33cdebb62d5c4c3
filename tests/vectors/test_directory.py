"""Which rows hold the keys of a note, while rows are given back and used again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memsvc.ports.embedding import Model
from memsvc.ports.ranking import VectorDelta
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.directory import Listing
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.keeping import read_directory
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.slabs.memory import MemoryDraft, commit
from memsvc_stores.vectors.upkeep import Upkeep
from tests.vectors.oracle import DIMENSION

MODEL = Model("fake-8", DIMENSION, 256)
LIMITS = Limits(exact_keys=0, flat_keys=1 << 30, tail_bytes=1 << 30)


def test_notes_that_are_keyed_anew_again_and_again_are_found_by_their_rows(vectors):
    stored, generator = None, np.random.default_rng(1)
    counts: dict[int, int] = {}
    for turn in range(1, 40):
        chosen = np.unique(generator.integers(1, 1500, 700))
        keys = generator.integers(1, 4, chosen.size)
        counts |= dict(zip(chosen.tolist(), keys.tolist(), strict=True))
        notes = np.repeat(chosen, keys)
        draft = MemoryDraft(stored)
        upkeep = Upkeep(draft, Codec.of(DIMENSION), namespace=1, model=MODEL, limits=LIMITS)
        upkeep.apply(VectorDelta(turn, dict.fromkeys(chosen.tolist(), True), [], notes, vectors(notes.size)))
        stored = commit(draft, upkeep.finish())
    wanted = np.array(sorted(counts), np.int64)
    named, rows = read_directory(stored).find(wanted, StoredRows(stored, DIMENSION))
    found = dict(zip(*(part.tolist() for part in np.unique(named, return_counts=True)), strict=True))
    assert found == counts
    assert (np.unique(rows).size, stored.meta.living) == (rows.size, rows.size)


@pytest.mark.parametrize("most", [1, 3])
@pytest.mark.parametrize("apart", [1, 1_000])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 1.0])
def test_a_list_gives_all_entries_of_many_or_few_notes(share, apart, most):
    generator = np.random.default_rng(6)
    notes = np.repeat(apart * np.arange(10, 3_010), generator.integers(1, most + 1, 3_000))
    listing = Listing(notes, generator.permutation(notes.size).astype(np.uint32))
    candidates = apart * np.arange(0, 3_020)
    wanted = candidates[generator.random(candidates.size) < share]
    named, rows = listing.find(wanted)
    held = np.isin(notes, wanted)
    assert (named.tolist(), rows.tolist()) == (notes[held].tolist(), listing.rows[held].tolist())


@given(
    notes=st.lists(st.integers(-(2**62), 2**62) | st.integers(0, 60), max_size=80),
    wanted=st.lists(st.integers(0, 80), min_size=1, max_size=60, unique=True),
)
@example(notes=[1, 50, 3, 4], wanted=[1, 2, 3, 4])
def test_a_list_that_is_overwritten_while_it_is_read_is_damaged_or_misleads_but_never_fails(notes, wanted) -> None:
    listing = Listing(np.array(notes, np.int64), np.arange(len(notes), dtype=np.uint32))
    try:
        named, rows = listing.find(np.sort(np.array(wanted, np.int64)))
    except Damaged:
        return
    assert named.size == rows.size
    assert set(named.tolist()) <= set(wanted)
    assert (rows < max(len(notes), 1)).all()


def test_the_lists_do_not_grow_with_changes(vectors):
    stored = None
    for turn in range(1, 30):
        draft = MemoryDraft(stored)
        upkeep = Upkeep(draft, Codec.of(DIMENSION), namespace=1, model=MODEL, limits=LIMITS)
        notes = np.arange(1, 1001)
        upkeep.apply(VectorDelta(turn, dict.fromkeys(notes.tolist(), True), [], notes, vectors(1000)))
        stored = commit(draft, upkeep.finish())
    assert stored.extent("directory").size + stored.extent("recent").size <= 12 * (1000 + 4096 + 1000)
