"""Changed files are found out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.spann import SpannIndex, SpannOptions, build_spann
from memsvc_stores.vectors.spann.format import HEADS, POSTINGS, Header

Matrix = NDArray[np.float32]


@pytest.fixture
def built(tmp_path: Path, vectors: Matrix) -> Path:
    build_spann(tmp_path, vectors[:400], SpannOptions())
    return tmp_path


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)


def read_all(directory: Path) -> None:
    with SpannIndex(directory) as index:
        index.verify()


def test_sound_files_pass(built: Path) -> None:
    read_all(built)


def test_a_flipped_bit_in_any_list_is_found(built: Path) -> None:
    header = Header.from_bytes(np.fromfile(built / POSTINGS, np.uint8)[:PAGE])
    with SpannIndex(built) as index:
        used = index.stats()["used_bytes"]
    for place in range(0, used, used // 12):
        flip(built / POSTINGS, header.data_start + place)
        with pytest.raises(Damaged):
            read_all(built)
        flip(built / POSTINGS, header.data_start + place)


@pytest.mark.parametrize("place", [0, 8, 12, 40, 87, PAGE, PAGE + 1000])
def test_a_flipped_bit_in_header_or_table_is_found_at_opening(built: Path, place: int) -> None:
    flip(built / POSTINGS, place)
    with pytest.raises(Damaged):
        SpannIndex(built)


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_bit_in_the_heads_is_found_at_opening(built: Path, place: int) -> None:
    flip(built / HEADS, place)
    with pytest.raises(Damaged):
        SpannIndex(built)


@pytest.mark.parametrize("kept", [0, 100, PAGE, -PAGE])
def test_a_cut_file_is_found_at_opening(built: Path, kept: int) -> None:
    content = (built / POSTINGS).read_bytes()
    (built / POSTINGS).write_bytes(content[:kept])
    with pytest.raises(Damaged):
        SpannIndex(built)


def test_heads_of_another_build_are_found_at_opening(built: Path, vectors: Matrix) -> None:
    heads = (built / HEADS).read_bytes()
    build_spann(built, vectors[400:800], SpannOptions())
    (built / HEADS).write_bytes(heads)
    with pytest.raises(Damaged):
        SpannIndex(built)
