"""What happens to a note between the guard's look at a request and its storing."""

from __future__ import annotations

from memsvc.domain.drafts import OutcomeStatus
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Origin, Status
from memsvc.domain.receipts import Actor
from memsvc.memory.guarding.hiding import hide
from tests.guarding.conftest import ACTOR, PLAIN, Guarded
from tests.memory.conftest import SCOPE

PAGE = Origin.UNTRUSTED_DOCUMENT
OTHER = "Another page that has to be embedded first."


def _hide(guarded: Guarded, note: NoteId) -> None:
    with guarded.storage.writer(SCOPE) as writer:
        hide(writer, note, reason="found", at=guarded.clock(), actor=ACTOR.name)


def test_a_copy_of_a_note_that_is_hidden_meanwhile_is_looked_at_itself(guarded: Guarded) -> None:
    first = guarded.told(PLAIN, origin=PAGE)
    guarded.embedder.meanwhile = lambda: _hide(guarded, first.id)

    copy, _ = guarded.tell(PLAIN, OTHER, origin=PAGE, actor=Actor("key:2"))

    assert copy.note is not None
    assert guarded.status(copy.note) is Status.LIMITED
    assert "write" in guarded.assessments(copy.note)


def test_a_repeat_of_a_note_that_is_hidden_meanwhile_is_not_stored(guarded: Guarded) -> None:
    first = guarded.told(PLAIN, origin=PAGE)
    guarded.embedder.meanwhile = lambda: _hide(guarded, first.id)

    repeat, _ = guarded.tell(PLAIN, OTHER, origin=PAGE)

    assert (repeat.status, repeat.note) == (OutcomeStatus.QUARANTINED, first.id)
