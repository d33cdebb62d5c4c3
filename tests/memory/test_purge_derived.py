"""A purge by the service names everything that it erased."""

from __future__ import annotations

import pytest

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.notes import Kind
from memsvc.errors import NotFound
from tests.memory.conftest import ACTOR, SCOPE, World


def make(world: World, content: str, kind: Kind = Kind.FACT) -> NoteId:
    (outcome,) = world.service.remember(SCOPE, [NewItem(content, kind)], actor=ACTOR).outcomes
    assert outcome.note is not None
    return outcome.note


def test_the_receipt_names_thoughts_and_counts_what_hung_on_the_note(world: World) -> None:
    note, other = make(world, "I have a dog"), make(world, "I walk by the harbour")
    thought = make(world, "The user has a dog", Kind.THOUGHT)
    now = world.service.note(SCOPE, note).ingest_time
    with world.storage.writer(SCOPE) as writer:
        writer.derivations.add([Derivation(thought, note, Role.THOUGHT)])
        writer.links.put([NewLink(note, other, LinkType.MANUAL, 1.0, Method.USER)], at=now, actor="a")
        writer.set_attributes(
            other,
            Attributes(("dog",)),
            writer.keys(other),
            key_version=None,
            operation=Operation.EVOLVED,
            sources=[note],
            expected_version=None,
            at=now,
            actor="a",
        )
    receipt = world.service.purge(SCOPE, [note], actor=ACTOR)
    assert (receipt.notes, receipt.notes_erased) == ((note, thought), 2)
    assert (receipt.attributes_erased, receipt.links_erased, receipt.derivations_erased) == (1, 1, 2)
    with pytest.raises(NotFound):
        world.service.note(SCOPE, thought)
