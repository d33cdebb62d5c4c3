"""What happens to a note between the guard's look at a request and its storing."""

from __future__ import annotations

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Origin, Status
from memsvc.memory.guarding.hiding import hide
from tests.guarding.conftest import ACTOR, PLAIN, Guarded
from tests.memory.conftest import SCOPE

PAGE = Origin.UNTRUSTED_DOCUMENT


def _hide(guarded: Guarded, note: NoteId) -> None:
    with guarded.storage.writer(SCOPE) as writer:
        hide(writer, note, reason="found", at=guarded.clock(), actor=ACTOR.name)


def test_a_copy_of_a_note_that_is_hidden_meanwhile_is_looked_at_itself(guarded: Guarded) -> None:
    first = guarded.told(PLAIN, origin=PAGE)
    guarded.embedder.meanwhile = lambda: _hide(guarded, first.id)

    copy, _ = guarded.tell(PLAIN, "Another page that has to be embedded first.", origin=PAGE)

    assert copy.note is not None
    assert guarded.status(copy.note) is Status.LIMITED
    assert "write" in guarded.assessments(copy.note)
