"""Damage to the files of an index: found, set aside, and answered from SQL."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.oracle import Truth

pytestmark = pytest.mark.fault

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "halved": lambda content: content[: len(content) // 2],
    "zeroed": lambda content: bytes(len(content)),
    "garbage": lambda content: b"\xff" * len(content),
}


@pytest.fixture
def truth(vectors) -> Truth:
    made = Truth()
    made.add(*(vectors(1 + number % 3) for number in range(24)))
    made.show(3, visible=False)
    return made


@pytest.fixture
def stored(saved, truth, tmp_path) -> Path:
    saved.save(truth.reader(), truth.state())
    saved.close()
    return tmp_path


def reopened(directory: Path) -> TieredVectorIndex:
    return TieredVectorIndex(directory, memory_bytes=1 << 20, exact_keys=0, reranked=1 << 20)


def files(directory: Path) -> list[Path]:
    return [path for path in sorted(directory.iterdir()) if path.suffix in (".slab", ".sqlite3")]


@pytest.mark.parametrize("damage", sorted(DAMAGE))
@pytest.mark.parametrize("number", range(3))
def test_damage_changes_no_result_and_the_next_save_repairs_it(stored, truth, vectors, agree, number, damage):
    path = files(stored)[number]
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    index = reopened(stored)
    agree(index, truth, vectors(1)[0])
    index.save(truth.reader(), truth.state())
    again = reopened(stored)
    agree(again, truth, vectors(1)[0])
    assert again.verify(truth.reader(), truth.state()) == []


@pytest.mark.slow
def test_a_flip_in_any_page_changes_no_result(stored, truth, vectors, agree, tmp_path_factory):
    query = vectors(1)[0]
    sound = {path.name: path.read_bytes() for path in files(stored)}
    for name, content in sound.items():
        for place in range(0, len(content), 2039):
            copy = tmp_path_factory.mktemp("copy")
            for other, whole in sound.items():
                (copy / other).write_bytes(whole)
            flipped = bytearray(content)
            flipped[place] ^= 1 << place % 8
            (copy / name).write_bytes(flipped)
            index = reopened(copy)
            agree(index, truth, query)
            index.save(truth.reader(), truth.state())
            index.close()
            agree(reopened(copy), truth, query)
            shutil.rmtree(copy)


def test_verify_finds_a_flipped_vector_and_changes_no_file(stored, truth):
    path = stored / "pages-4096.slab"
    content = path.read_bytes()
    needle = truth.reader().notes[1].keys[0].astype("<f2").tobytes()
    place = content.index(needle)
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    before = {path: path.read_bytes() for path in files(stored)}
    found = reopened(stored).verify(truth.reader(), truth.state())
    assert [it.kind for it in found] == ["corrupt"]
    assert {path: path.read_bytes() for path in files(stored)} == before


def test_a_warning_says_what_was_set_aside(stored, truth, vectors, agree, caplog):
    path = stored / "pages-4096.slab"
    path.write_bytes(path.read_bytes()[:4096])
    with caplog.at_level(logging.WARNING):
        agree(reopened(stored), truth, vectors(1)[0])
    assert "namespace 1 is set aside" in caplog.text
    assert "rebuilding from SQL" in caplog.text


def test_what_is_past_the_sequence_of_a_restored_database_is_not_used(tmp_path, vectors, agree, saved):
    lost = Truth()
    lost.add(*vectors(4))
    lost.add(*vectors(4))
    saved.save(lost.reader(), lost.state())
    restored = Truth()
    restored.add(*vectors(4))
    index = reopened(tmp_path)
    assert [it.kind for it in index.verify(restored.reader(), restored.state())] == ["stale"]
    index.save(restored.reader(), restored.state())
    agree(index, restored, vectors(1)[0])
    index.rebuild(restored.reader(), restored.state())
    restored.add(*vectors(3))
    agree(reopened(tmp_path), restored, vectors(1)[0])


def test_verify_tells_what_differs(tmp_path, vectors, saved):
    held = Truth()
    held.add(*vectors(5))
    saved.save(held.reader(), held.state())
    actual = Truth()
    actual.add(*(held.reader().notes[row].keys for row in (1, 2)), vectors(2), vectors(1), vectors(1), vectors(1))
    actual.purge(5)
    notes = actual.reader().notes
    past = dict(notes) | {1: type(notes[1])(notes[1].keys, False, 1, 1)}
    source = type(actual.reader())(past, {}, 1, 8)
    found = reopened(tmp_path).verify(source, held.state())
    assert [(it.kind, it.detail.rpartition(": ")[2]) for it in found] == [
        ("missing", "1 notes, the first in row 6"),
        ("extra", "1 notes, the first in row 5"),
        ("different", "2 notes, the first in row 3"),
        ("stale", "1 notes, the first in row 1"),
    ]
