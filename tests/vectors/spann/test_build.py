"""What a build puts into the files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.spann import SpannOptions, build_spann
from memsvc_stores.vectors.spann.format import HEADS, POSTINGS
from memsvc_stores.vectors.spann.heads import choose_heads
from memsvc_stores.vectors.spann.packing import packed
from memsvc_stores.vectors.spann.reading import ListFile
from tests.vectors.spann.conftest import COUNT, DIMENSION, Build, unit

Matrix = NDArray[np.float32]


def stored_ids(directory: Path) -> list[list[int]]:
    """Read the ids of every list."""
    lists = ListFile(directory / POSTINGS)
    read = lists.read(np.arange(lists.header.lists))
    ids = [np.ascontiguousarray(records[:, :4]).view("<u4")[:, 0].tolist() for records in read]
    lists.close()
    return ids


def test_every_id_occurs_and_none_twice_in_a_list(build: Build, vectors: Matrix, tmp_path: Path) -> None:
    build(vectors)
    lists = stored_ids(tmp_path)
    assert {number for ids in lists for number in ids} == set(range(COUNT))
    assert all(len(set(ids)) == len(ids) for ids in lists)


def test_overfull_postings_are_divided_not_cut(build: Build, vectors: Matrix, tmp_path: Path) -> None:
    build(vectors, ratio=0.005, posting_page_limit=1, posting_vector_limit=20)
    lists = stored_ids(tmp_path)
    assert max(map(len, lists)) <= PAGE // (4 + 2 * DIMENSION)
    assert {number for ids in lists for number in ids} == set(range(COUNT))


def test_no_id_has_more_replicas_than_allowed(build: Build, vectors: Matrix, tmp_path: Path) -> None:
    build(vectors, replica_count=3)
    counts = np.bincount([number for ids in stored_ids(tmp_path) for number in ids])
    assert counts.max() == 3


def test_heads_are_data_points_in_about_the_ratio(vectors: Matrix) -> None:
    heads = choose_heads(vectors, SpannOptions(ratio=0.12))
    assert len(set(heads.tolist())) == heads.size
    assert 0.10 * COUNT <= heads.size <= 0.16 * COUNT


def test_lists_are_of_like_lengths(build: Build, vectors: Matrix, tmp_path: Path) -> None:
    build(vectors, replica_count=1)
    assert max(map(len, stored_ids(tmp_path))) <= 6 / 0.12


def test_equal_vectors_give_equal_files(build: Build, vectors: Matrix, tmp_path: Path) -> None:
    build(vectors)
    first = [(tmp_path / name).read_bytes() for name in (HEADS, POSTINGS)]
    build(vectors)
    assert [(tmp_path / name).read_bytes() for name in (HEADS, POSTINGS)] == first


def test_a_memory_map_of_float16_is_read_as_it_is(build: Build, vectors: Matrix, tmp_path: Path) -> None:
    half = vectors.astype(np.float16)
    np.save(tmp_path / "x.npy", half)
    index = build(np.load(tmp_path / "x.npy", mmap_mode="r"))
    ids, scores = index.search(vectors[5], 1, lists=8, eps2=None)
    assert ids.tolist() == [5]
    assert scores[0] == pytest.approx(1, abs=2e-3)


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="length 1"):
        build_spann(tmp_path, np.full((3, 4), np.nan, np.float32), SpannOptions())


@pytest.mark.parametrize("seed", range(5))
def test_packed_lists_touch_no_page_more_than_they_need_and_do_not_overlap(seed: int) -> None:
    lengths = np.random.default_rng(seed).integers(1, 5 * PAGE, 300)
    lengths[:10] = PAGE * np.arange(1, 11)
    places = packed(lengths)
    starts = places.page * PAGE + places.offset
    order = np.argsort(starts)
    assert (starts[order][1:] >= (starts + lengths)[order][:-1]).all()
    assert (-(-(places.offset + lengths) // PAGE) == -(-lengths // PAGE)).all()
    assert places.pages <= 1.05 * lengths.sum() / PAGE + 1
    assert (starts + lengths).max() <= places.pages * PAGE


def test_one_vector_makes_an_index(build: Build) -> None:
    one = unit(np.ones((1, DIMENSION), np.float32))
    assert build(one).search(one[0], 5, lists=4, eps2=None)[0].tolist() == [0]
