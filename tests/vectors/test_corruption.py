"""Damage to every file of a generation: found, set aside, and answered from SQL."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc_stores.vectors import ExactVectorIndex
from memsvc_stores.vectors.generation import open_generation
from memsvc_stores.vectors.manifest import Damaged
from tests.vectors.oracle import Truth

pytestmark = pytest.mark.fault

NAMES = ("vectors.f32", "rows.i64", "visible.u8", "manifest.json")
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut": lambda content: content[:-1],
    "halved": lambda content: content[: len(content) // 2],
    "longer": lambda content: content + b"\0",
    "flipped": lambda content: content[:9] + bytes([content[9] ^ 16]) + content[10:],
    "zeroed": lambda content: content[:5] + bytes(min(4096, len(content) - 5)) + content[4101:],
    "garbage": lambda content: b"\xff" * len(content),
}


@pytest.fixture
def truth(vectors) -> Truth:
    made = Truth()
    made.add(*(vectors(1 + number % 3) for number in range(24)))
    made.show(3, visible=False)
    return made


@pytest.fixture
def generation(saved, truth, tmp_path) -> Path:
    saved.save(truth.reader(), truth.state())
    return next(tmp_path.glob("1/gen-*"))


def reopened(directory: Path) -> ExactVectorIndex:
    return ExactVectorIndex(directory, memory_bytes=1 << 20, save_rows=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_flip_of_any_byte_is_detected(generation, name):
    content = (generation / name).read_bytes()
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        (generation / name).write_bytes(flipped)
        with pytest.raises(Damaged):
            open_generation(generation, namespace=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_at_any_byte_is_detected(generation, name):
    content = (generation / name).read_bytes()
    for length in range(len(content)):
        (generation / name).write_bytes(content[:length])
        with pytest.raises(Damaged):
            open_generation(generation, namespace=1)


@pytest.mark.parametrize("damage", sorted(DAMAGE))
@pytest.mark.parametrize("name", NAMES)
def test_damage_changes_no_result_and_the_next_save_repairs_it(
    tmp_path, truth, generation, vectors, agree, name, damage
):
    content = (generation / name).read_bytes()
    (generation / name).write_bytes(DAMAGE[damage](content))
    index = reopened(tmp_path)
    assert [it.kind for it in index.verify(truth.reader(), truth.state())] == ["corrupt"]
    agree(index, truth, vectors(1)[0])
    assert [path.name for path in tmp_path.glob("1/*")] == [f"quarantine-{generation.name}"]
    index.save(truth.reader(), truth.state())
    again = reopened(tmp_path)
    agree(again, truth, vectors(1)[0])
    assert again.verify(truth.reader(), truth.state()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_changes_no_result(tmp_path, truth, generation, vectors, agree, name):
    (generation / name).unlink()
    agree(reopened(tmp_path), truth, vectors(1)[0])


def test_files_of_another_namespace_are_refused(tmp_path, truth, generation, vectors, agree):
    other = Truth(row=2)
    other.add(*vectors(5))
    shutil.copytree(generation, tmp_path / "2" / generation.name)
    agree(reopened(tmp_path), other, vectors(1)[0])


def test_the_warning_names_the_generation_and_the_reason(tmp_path, truth, generation, vectors, agree, caplog):
    (generation / "rows.i64").write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        agree(reopened(tmp_path), truth, vectors(1)[0])
    assert [record.getMessage() for record in caplog.records] == [
        f"index generation {generation} set aside: rows.i64 has 0 bytes; rebuilding from SQL"
    ]


def test_verify_changes_no_file(tmp_path, truth, generation):
    (generation / "rows.i64").write_bytes(b"")
    (tmp_path / "1" / "unfinished-gen-9-9").mkdir()
    before = sorted(tmp_path.rglob("*"))
    kinds = [it.kind for it in reopened(tmp_path).verify(truth.reader(), truth.state())]
    assert (kinds, sorted(tmp_path.rglob("*"))) == (["extra", "corrupt"], before)


def test_files_past_the_sequence_of_a_restored_database_are_not_used(tmp_path, vectors, agree, saved):
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
    state = held.state()
    found = reopened(tmp_path).verify(source, state)
    assert [(it.kind, it.detail.rpartition(": ")[2]) for it in found] == [
        ("missing", "1 notes, the first in row 6"),
        ("extra", "1 notes, the first in row 5"),
        ("different", "1 notes, the first in row 3"),
    ]
