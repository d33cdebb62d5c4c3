"""Attributes that evolved from the poison are as if it had never been told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from memsvc.domain.attributes import Attributes, Method, concatenation
from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import KeyKind
from memsvc.errors import Conflict
from memsvc_stores.memory import MemoryStorage
from tests.guard.rollback.conftest import BOB, EVOLVING, MALLORY, REVIEWER, Memory, make_memory
from tests.memory.conftest import SCOPE


def evolve(memory: Memory, note: NoteId, attributes: Attributes, *sources: NoteId) -> None:
    """Give a note attributes as a model does that has read the sources."""
    before = memory.note(note)
    keys = memory.context.drafter.keys_of(before, attributes)
    texts = {key.text_hash: key.text_in(before.content) for key in keys}
    vectors = dict(zip(texts, memory.embedder.embed(list(texts.values())), strict=True))
    with memory.storage.writer(SCOPE) as writer:
        writer.vectors.put_many(memory.embedder.model, vectors)
        writer.set_attributes(
            note,
            attributes,
            keys,
            key_version=memory.context.drafter.key_maker.version,
            operation=Operation.EVOLVED,
            sources=sources,
            expected_version=None,
            at=memory.clock.forward(seconds=1),
            actor="amem evolution",
        )


def attributes(memory: Memory, note: NoteId) -> Attributes:
    return memory.service.attributes(SCOPE, note)[0]


FIRST = Attributes(("rex",), ("pets",), "on Rex", Method.LLM)


def test_they_are_those_of_the_last_clean_version(memory: Memory) -> None:
    rex, poison = memory.item("Rex chews shoes", BOB), memory.item("Rex is a cat", MALLORY)
    evolve(memory, rex, FIRST)
    evolve(memory, rex, replace(FIRST, tags=("pets", "cats"), context="Rex is a cat"), poison)
    done = memory.roll_back(poison)
    assert done.reverted == (rex,)
    assert attributes(memory, rex) == FIRST
    with memory.storage.reader(SCOPE) as reader:
        (key,) = [key for key in reader.keys(rex) if key.kind is KeyKind.AMEM]
    assert key.text == concatenation("Rex chews shoes", FIRST)


def test_later_clean_changes_are_applied(memory: Memory) -> None:
    rex, poison, good = memory.item("Rex chews", BOB), memory.item("a cat", MALLORY), memory.item("a dog", BOB)
    evolve(memory, rex, FIRST)
    evolve(memory, rex, replace(FIRST, tags=("pets", "cats")), poison)
    evolve(memory, rex, replace(FIRST, tags=("pets", "cats", "dogs"), keywords=("rex", "dog")), good)
    memory.roll_back(poison)
    assert attributes(memory, rex) == replace(FIRST, tags=("pets", "dogs"), keywords=("rex", "dog"))


def test_what_evolved_from_what_had_evolved_is_undone_too(memory: Memory) -> None:
    rex, other, poison = memory.item("Rex", BOB), memory.item("Bello", BOB), memory.item("cats", MALLORY)
    evolve(memory, rex, FIRST)
    evolve(memory, other, FIRST)
    evolve(memory, rex, replace(FIRST, tags=("cats",)), poison)
    evolve(memory, other, replace(FIRST, context="like Rex, a cat"), rex)
    assert set(memory.roll_back(poison).reverted) == {rex, other}
    assert attributes(memory, other) == FIRST


def test_a_reversion_does_not_bring_the_poison_back(memory: Memory) -> None:
    rex, poison = memory.item("Rex chews shoes", BOB), memory.item("Rex is a cat", MALLORY)
    evolve(memory, rex, FIRST)
    evolve(memory, rex, replace(FIRST, context="Rex is a cat"), poison)
    poisoned = memory.note(rex).version
    memory.roll_back(poison)
    with pytest.raises(Conflict, match="quarantined"):
        memory.service.revert(SCOPE, rex, poisoned, actor=REVIEWER)
    assert memory.service.revert(SCOPE, rex, memory.note(rex).version, actor=REVIEWER)
    assert attributes(memory, rex) == FIRST


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Memory]:
    made = make_memory(MemoryStorage(), tmp_path / "indexes")
    yield made
    made.context.index.close()


@pytest.mark.parametrize(("clean", "stays"), [(["Kyoto"], False), (["Kyoto", "Nara"], True)])
def test_a_tag_stays_only_if_most_clean_notes_have_it(quick: Memory, clean: list[str], stays: bool) -> None:
    told = [quick.item(f"green tea ceremony {place}", BOB) for place in clean]
    poison = quick.item("green tea ceremony Osaka", MALLORY)
    for note in (*told, poison):
        evolve(quick, note, Attributes(("green tea ceremony",), ("brewing",), "tea", Method.LLM))
    quick.wants(EVOLVING)
    new = quick.item("green tea ceremony Kobe", BOB)
    quick.work()
    assert "brewing" in attributes(quick, new).tags
    before = attributes(quick, new)
    quick.roll_back(poison)
    assert ("brewing" in attributes(quick, new).tags) is stays
    assert replace(attributes(quick, new), tags=before.tags) == before
