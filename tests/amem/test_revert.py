"""Attributes as they were: bit for bit, with all that follows from them."""

from __future__ import annotations

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import KeyGroup
from memsvc.errors import Conflict, InvalidInput, NotFound, PreconditionFailed
from tests.amem.conftest import LLM, AmemWorld, analysis, change, judgement
from tests.memory.conftest import ACTOR, SCOPE


@pytest.fixture
def rex(world: AmemWorld) -> NoteId:
    """A note of version 3: stored, constructed, and evolved by another one."""
    world.policy(LLM)
    note = world.told("My puppy Rex chews shoes", analysis("puppy", tags=["pets"], context="on Rex"))
    world.told("Puppy training starts", analysis(), judgement(changes=[change(1, context="a labrador")]))
    assert world.note(note).version == 3
    return note


def kept(world: AmemWorld, note: NoteId) -> tuple[object, ...]:
    """Return everything that follows from a note's attributes."""
    with world.storage.reader(SCOPE) as reader:
        assert reader.state is not None
        row = reader.notes([note])[0].row
        keys = reader.keys(note)
        vectors = reader.vectors.get_many(reader.state.model, [key.text_hash for key in keys])
        words = [
            row in reader.lexical(word, limit=9, allowed=None)["lexical_all"].rows for word in ("labrador", "pets")
        ]
        delta = reader.vector_delta(0, group=KeyGroup.AMEM)
        matrix = delta.matrix[delta.note_rows == row].tobytes()
        attributes = reader.attributes.get_many([note]).get(note)
    return attributes, keys, {name: found.tobytes() for name, found in vectors.items()}, words, matrix


def test_a_revert_gives_back_all_that_was(world: AmemWorld) -> None:
    world.policy(LLM)
    note = world.told("My puppy Rex chews shoes", analysis("puppy", tags=["pets"], context="on Rex"))
    before = kept(world, note)
    world.told("Puppy training starts", analysis(), judgement(changes=[change(1, context="a labrador")]))
    assert kept(world, note) != before
    world.service.revert(SCOPE, note, 2, actor=ACTOR)
    assert kept(world, note) == before


def test_a_revert_is_one_more_version_and_can_be_reverted(world: AmemWorld, rex: NoteId) -> None:
    assert world.service.revert(SCOPE, rex, 2, actor=ACTOR).version == 4
    assert world.history(rex)[-1].operation is Operation.REVERTED
    assert world.service.revert(SCOPE, rex, 3, actor=ACTOR).version == 5
    assert world.attributes(rex).context == "a labrador"  # type: ignore[union-attr]


def test_before_its_construction_a_note_had_no_attributes(world: AmemWorld, rex: NoteId) -> None:
    world.service.revert(SCOPE, rex, 1, actor=ACTOR)
    assert world.attributes(rex) is None
    with world.storage.reader(SCOPE) as reader:
        assert not [key for key in reader.keys(rex) if key.kind in KeyGroup.AMEM.kinds]


def test_a_revert_to_what_is_changes_nothing(world: AmemWorld, rex: NoteId) -> None:
    assert world.service.revert(SCOPE, rex, 3, actor=ACTOR).version == 3


@pytest.mark.parametrize("version", [0, -1, 4, 10**12])
def test_a_version_that_never_was_is_refused(world: AmemWorld, rex: NoteId, version: int) -> None:
    with pytest.raises(InvalidInput, match="version"):
        world.service.revert(SCOPE, rex, version, actor=ACTOR)
    assert world.note(rex).version == 3


def test_an_unknown_note_is_not_found(world: AmemWorld, rex: NoteId) -> None:
    with pytest.raises(NotFound):
        world.service.revert(SCOPE, NoteId("none"), 1, actor=ACTOR)


def test_another_version_than_expected_is_refused(world: AmemWorld, rex: NoteId) -> None:
    with pytest.raises(PreconditionFailed):
        world.service.revert(SCOPE, rex, 2, actor=ACTOR, expected_version=2)
    assert world.note(rex).version == 3


def test_what_is_reverted_still_derives_from_its_sources(world: AmemWorld, rex: NoteId) -> None:
    world.service.revert(SCOPE, rex, 2, actor=ACTOR)
    world.service.revert(SCOPE, rex, 3, actor=ACTOR)
    with world.storage.reader(SCOPE) as reader:
        (cause,) = reader.derivations.sources([rex])
    assert (cause.note, cause.role) == (rex, Role.EVOLUTION)
    assert isinstance(cause, Derivation)


def test_a_purge_takes_evolved_attributes_and_their_history_along(world: AmemWorld, rex: NoteId) -> None:
    with world.storage.reader(SCOPE) as reader:
        (cause,) = reader.derivations.sources([rex])
    world.service.purge(SCOPE, [cause.source], actor=ACTOR)
    assert world.attributes(rex) is None
    assert "labrador" not in str(world.history(rex))
    with pytest.raises(Conflict, match="erased"):
        world.service.revert(SCOPE, rex, 2, actor=ACTOR)
