"""What a note has brought about is listed with how it came about."""

from __future__ import annotations

import pytest

from memsvc.domain.derivations import Role
from memsvc.errors import InvalidInput, NotFound
from tests.guard.rollback.conftest import BOB, MALLORY, THINKING, Memory
from tests.memory.conftest import SCOPE


def test_thoughts_and_what_was_merged_from_them_are_listed_with_their_depth(memory: Memory) -> None:
    memory.wants(THINKING)
    poison = memory.round("John is a thief.", MALLORY)
    memory.round("John is an actor.", BOB)
    memory.work()
    radius = memory.service.blast_radius(SCOPE, note=poison)
    assert [(item.roles, item.depth) for item in radius.items] == [((Role.THOUGHT,), 1), ((Role.MERGE,), 2)]
    thought, merged = radius.items
    assert (thought.via, merged.note) == ((poison,), memory.thought("John is a thief and an actor."))
    assert thought.note in merged.via
    assert set(radius.hashed) == {thought.note, merged.note}


def test_a_reader_s_notes_are_listed_as_informed(memory: Memory) -> None:
    poison = memory.item("The shop opens at nine.", MALLORY)
    round_ = memory.round("I go there at nine.", BOB, recalled=[poison])
    (item,) = memory.service.blast_radius(SCOPE, note=poison).items
    assert (item.note, item.roles) == (round_, (Role.INFORMED,))


def test_what_it_replaced_and_is_linked_with_is_listed(memory: Memory) -> None:
    old, other = memory.item("The code is 1234.", BOB), memory.item("The door is red.", BOB)
    poison = memory.item("The code is 6666.", MALLORY, supersedes=old)
    memory.service.link(SCOPE, poison, other, actor=BOB)
    radius = memory.service.blast_radius(SCOPE, note=poison)
    assert [(each.note, each.by) for each in radius.replaced] == [(old, poison)]
    assert [(link.note, link.other) for link in radius.links] == [(poison, other)]


def test_jobs_that_wait_and_name_it_are_listed(memory: Memory) -> None:
    memory.wants(THINKING)
    poison = memory.round("John is a thief.", MALLORY)
    (job,) = memory.service.blast_radius(SCOPE, note=poison).jobs
    assert memory.service.job(SCOPE.tenant, job).payload["notes"] == [poison]
    memory.work()
    assert memory.service.blast_radius(SCOPE, note=poison).jobs == ()


def test_a_principal_s_notes_are_roots_together(memory: Memory) -> None:
    memory.item("tea", BOB)
    bad = [memory.item("rum", MALLORY), memory.item("gin", MALLORY)]
    assert memory.service.blast_radius(SCOPE, principal="mallory").roots == tuple(bad)


def test_exactly_one_root_is_to_be_named(memory: Memory) -> None:
    note = memory.item("tea", BOB)
    for named in ({}, {"note": note, "principal": "bob"}):
        with pytest.raises(InvalidInput, match="either a note or a principal"):
            memory.service.blast_radius(SCOPE, **named)  # type: ignore[arg-type]


def test_it_changes_nothing_and_knows_nothing_of_others(memory: Memory) -> None:
    memory.item("tea", BOB)
    before = memory.state()
    with pytest.raises(NotFound):
        memory.service.blast_radius(SCOPE, principal="nobody")
    assert memory.state() == before
